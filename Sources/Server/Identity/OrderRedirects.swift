// People who come back from an identity provider by a redirect. What they bring is kept before
// anything is decided on it; the order is carried out when it is collected, as any other.

import Domain
import Engine
import Logging
import Primitives
import Storage

/// What became of somebody's coming back.
package enum RedirectOutcome: Sendable, Equatable {
  /// Kept; whoever waits for the order goes on.
  case taken
  /// No order waits for it: used, late, or never there.
  case unknown
  /// The person did not go through with it.
  case turnedBack
  /// What came cannot be believed: the order has ended.
  case refused
  /// The provider did not take the code, which may be another's; the order waits on.
  case codeRefused
  /// The provider could not be asked; the order waits on.
  case unavailable
}

extension Orders {
  /// How long a person may take with the identity provider.
  package static let redirectMinutes = 10

  /// What comes back with the person: leads to the bureau, and by a secret to the order.
  func state(at bureau: ID<Bureau>) -> String { "\(bureau.hex).\(sources.secret())" }

  /// - Parameter fields: Of the query that came with the redirect.
  package func comesBack(_ fields: [String: String]) async -> RedirectOutcome {
    guard let state = fields["state"], let redirect, let bureau = Self.bureau(of: state) else {
      return .unknown
    }
    do {
      return try await takes(fields, state, of: bureau, from: redirect)
    } catch IdentityError.bankIDUnavailable {
      return .unavailable
    } catch {
      logger.error(
        "a redirect could not be taken",
        metadata: ["cause": "\(String(reflecting: error).prefix(300))"])
      return .unavailable
    }
  }

  private func takes(
    _ fields: [String: String], _ state: String, of bureau: ID<Bureau>,
    from redirect: any RedirectIdentity
  ) async throws -> RedirectOutcome {
    let secrets = secrets
    let found = try await commands.database.read(as: .bureau(TenantKey(bureau))) { tx in
      try OrderTables.redirected(by: state, openedBy: secrets, of: bureau, in: tx)
    }
    let now = sources.now()
    guard let order = found, order.isOpen,
      order.startTime.adding(minutes: Self.redirectMinutes) > now
    else { return .unknown }
    guard let code = fields["code"], fields["error"] == nil else {
      try await giveUp(order, "The person turned back at BankID.", of: bureau)
      return .turnedBack
    }
    let answer: [UInt8]
    do { answer = try await redirect.redeem(code, of: order.ticket) } catch {
      if case .bankIDUnavailable = error { throw error }
      if case .codeRefused(let why) = error {
        logger.warning(
          "an identity provider refused a code", metadata: ["cause": "\(why.prefix(200))"])
        return .codeRefused
      }
      try await giveUp(order, error.message, of: bureau)
      return .refused
    }
    try await commands.database.write(as: .bureau(TenantKey(bureau))) { tx in
      try OrderTables.keepAnswer(answer, at: now, of: order, bureau, in: tx)
    }
    return .taken
  }

  private func giveUp(
    _ order: RedirectedOrder, _ hint: String, of bureau: ID<Bureau>
  ) async throws {
    try await commands.database.write(as: .bureau(TenantKey(bureau))) { tx in
      try OrderTables.giveUp(order, hint: hint, of: bureau, in: tx)
    }
  }

  private static func bureau(of state: String) -> ID<Bureau>? {
    let parts = state.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, state.utf8.count <= 200 else { return nil }
    return ID(hex: String(parts[0]))
  }
}
