import Domain
import Primitives
import Testing

@Suite struct TokenTests {
  private static func draft(
    days: Int = 30, companies: [ID<Company>] = [], verbs: [String] = [], certificate: String = "",
    name: String = ""
  ) -> TokenDraft {
    TokenDraft(
      expireTime: monday.adding(days: days), displayName: name, companies: companies, verbs: verbs,
      certificate: certificate)
  }

  private static let role = RoleAssignment(
    id: key(61), user: User.robot.id, company: key(2), role: .serviceUser)

  private func issue(
    _ draft: TokenDraft, to user: User = .robot, held: [RoleAssignment] = [Self.role],
    live: Int = 0
  ) throws -> Token? {
    let facts = try TokenRules.issuing(
      draft, as: key(62), secretHash: [1], to: user, known: ["read", "import"], held: held,
      live: live, at: monday)
    guard case .tokenCreated(let created) = facts.first, facts.count == 1 else { return nil }
    #expect(created.secretHash == [1])
    return created.token
  }

  /// In the order they are checked.
  private static let refusals: [(String, TokenDraft)] = [
    ("TOKEN_LIFETIME_INVALID", draft(days: 0)), ("TOKEN_LIFETIME_INVALID", draft(days: -1)),
    ("TOKEN_LIFETIME_INVALID", draft(days: 401)),
    ("TOKEN_SCOPE_TOO_WIDE", draft(companies: Array(repeating: key(2), count: 101))),
    ("TOKEN_SCOPE_TOO_WIDE", draft(verbs: Array(repeating: "read", count: 51))),
    ("TOKEN_VERB_UNKNOWN", draft(companies: [key(3)], verbs: ["read", "fly"])),
    ("TOKEN_COMPANY_WITHOUT_ROLE", draft(companies: [key(2), key(3)])),
    ("FIELD_TOO_LONG", draft(name: String(repeating: "a", count: 141))),
    ("TOKEN_CERTIFICATE_INVALID", draft(certificate: "ab")),
    ("TOKEN_CERTIFICATE_INVALID", draft(certificate: String(repeating: "+f", count: 32))),
  ]

  @Test(arguments: refusals) func `what a token cannot be is refused (U-11)`(
    reason: String, draft: TokenDraft
  ) {
    expectReason(reason) { try issue(draft) }
  }

  @Test func `a token is for service users, for at most 400 days, and 50 at a time`() throws {
    expectReason("USER_NOT_SERVICE") { try issue(Self.draft(), to: .alex) }
    #expect(try issue(Self.draft(days: 400)) != nil)
    #expect(try issue(Self.draft(), live: 49) != nil)
    expectReason("TOKEN_LIMIT") { try issue(Self.draft(), live: 50) }
  }

  @Test func `what it is limited to is kept in order, once each`() throws {
    let fingerprint = Array(repeating: "AB", count: 32).joined(separator: ":")
    let everywhere = RoleAssignment(
      id: key(61), user: User.robot.id, company: nil, role: .serviceUser)
    let token = try issue(
      Self.draft(
        companies: [key(3), key(2), key(3)], verbs: ["read", "import", "read"],
        certificate: fingerprint, name: "ERP"), held: [everywhere])
    #expect(
      token?.scope
        == TokenScope(
          companies: [key(2), key(3)], verbs: ["import", "read"],
          certificate: [UInt8](repeating: 0xAB, count: 32)))
    #expect(token?.displayName == "ERP")
    #expect(token?.createTime == monday)
  }

  @Test func `a scope lets through what it names, and everything where it names nothing`() {
    let all = TokenScope()
    #expect(all.allows(method: "PaymentService/GetPayment", group: "read"))
    #expect(all.reaches(key(2)))
    let some = TokenScope(companies: [key(2)], verbs: ["read", "PaymentService/ImportInvoice"])
    #expect(some.allows(method: "PaymentService/GetPayment", group: "read"))
    #expect(some.allows(method: "PaymentService/ImportInvoice", group: "import"))
    #expect(!some.allows(method: "PaymentService/ImportInvoices", group: "import"))
    #expect(some.reaches(key(2)) && !some.reaches(key(3)))
  }

  @Test func `a token is shown as ending soon for its last 14 days`() {
    func state(_ days: Int, seconds: Int = 0, isRevoked: Bool = false) -> TokenState {
      let end = monday.adding(days: days).adding(seconds: seconds)
      let token = Token(id: key(62), user: User.robot.id, expireTime: end)
      return TokenState(token, isRevoked: isRevoked, at: monday)
    }
    #expect(state(14, seconds: 1) == .active)
    #expect(state(14) == .expiring)
    #expect(state(0, seconds: 1) == .expiring)
    #expect(state(0) == .expired)
    #expect(state(30, isRevoked: true) == .revoked)
  }
}
