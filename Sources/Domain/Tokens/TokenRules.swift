package import Primitives

/// A token as somebody asks for it, unchecked.
package struct TokenDraft: Sendable {
  package var expireTime: Instant
  package var displayName: String
  package var companies: [ID<Company>]
  package var verbs: [String]
  /// As people compare certificates: hexadecimal digits, with colons or without; empty: none.
  package var certificate: String

  package init(
    expireTime: Instant, displayName: String, companies: [ID<Company>], verbs: [String],
    certificate: String
  ) {
    self.expireTime = expireTime
    self.displayName = displayName
    self.companies = companies
    self.verbs = verbs
    self.certificate = certificate
  }
}

package enum TokenRules {
  package static let longestDays = 400
  package static let companyLimit = 100
  package static let verbLimit = 50
  /// Live tokens of one user.
  package static let tokenLimit = 50

  /// A token for a service user.
  /// - Parameters:
  ///   - known: The verbs there are.
  ///   - held: The user's roles.
  ///   - live: How many tokens of the user are good now.
  package static func issuing(
    _ draft: TokenDraft, as id: ID<Token>, secretHash: [UInt8], to user: User,
    known: Set<String>, held: [RoleAssignment], live: Int, at time: Instant
  ) throws -> [Fact] {
    guard user.kind == .service else { throw TenancyError.userNotService }
    guard draft.expireTime > time, draft.expireTime <= time.adding(days: longestDays) else {
      throw TenancyError.tokenLifetimeInvalid
    }
    guard draft.companies.count <= companyLimit, draft.verbs.count <= verbLimit else {
      throw TokenError.tooWide
    }
    for verb in draft.verbs where !known.contains(verb) {
      throw TokenError.verbUnknown(String(verb.prefix(60)))
    }
    // U-11: a scope names only where the user has access and a role that sends and fetches files.
    for company in draft.companies {
      let hasRole = held.contains { $0.company == nil || $0.company == company }
      guard hasRole else { throw TokenError.companyWithoutRole }
    }
    let name = draft.displayName
    if !name.isEmpty { _ = try Field.required(name, "token.display_name", limit: 140) }
    guard live < tokenLimit else { throw TokenError.tooMany }
    let scope = TokenScope(
      companies: Set(draft.companies).sorted(), verbs: Set(draft.verbs).sorted(),
      certificate: try fingerprint(draft.certificate))
    let token = Token(
      id: id, user: user.id, expireTime: draft.expireTime, displayName: name, scope: scope,
      createTime: time)
    return [.tokenCreated(TokenCreated(token: token, secretHash: secretHash))]
  }

  private static func fingerprint(_ text: String) throws(TokenError) -> [UInt8]? {
    if text.isEmpty { return nil }
    let digits = Array(text.utf8.filter { $0 != UInt8(ascii: ":") })
    guard digits.count == 64 else { throw .certificateInvalid }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      let pair = String(decoding: digits[index..<index + 2], as: UTF8.self)
      guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
        throw .certificateInvalid
      }
      bytes.append(byte)
    }
    return bytes
  }
}
