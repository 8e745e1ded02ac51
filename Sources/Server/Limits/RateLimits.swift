// How often a user, a company and an address may call. Counted in this process: several servers
// allow each their own share. The address is the connection's; there is no header to forge.

package import Domain
package import Primitives
package import Storage
import Synchronization

/// Nil: no limit.
package struct RateSettings: Sendable {
  package var user: Rate?
  package var company: Rate?
  /// Calls without a login, and wrong tokens.
  package var address: Rate?

  package init(user: Rate? = nil, company: Rate? = nil, address: Rate? = nil) {
    self.user = user
    self.company = company
    self.address = address
  }
}

/// Called too often.
package enum RateError: Refusal, Equatable {
  case user(waitMilliseconds: Int)
  case company(waitMilliseconds: Int)
  case address(waitMilliseconds: Int)

  package var kind: RefusalKind { .exhausted }

  package var reason: String {
    switch self {
    case .user: "RATE_LIMIT_USER"
    case .company: "RATE_LIMIT_COMPANY"
    case .address: "RATE_LIMIT_ADDRESS"
    }
  }

  package var message: String {
    let who =
      switch self {
      case .user: "You call"
      case .company: "The company is called"
      case .address: "Your address calls"
      }
    return "\(who) more often than is allowed; nothing was done: repeat the call with the same"
      + " request_id after the time given."
  }

  package var retryAfter: Duration? {
    switch self {
    case .user(let wait), .company(let wait), .address(let wait): .milliseconds(wait)
    }
  }
}

package final class RateLimits: Sendable {
  private struct State {
    var users: Buckets<ID<User>>?
    var companies: Buckets<Place>?
    var addresses: Buckets<String>?
  }

  private let state: Mutex<State>
  private let now: @Sendable () -> Instant

  package init(_ settings: RateSettings, now: @escaping @Sendable () -> Instant) {
    self.now = now
    let time = now()
    state = Mutex(
      State(
        users: settings.user.map { Buckets($0, at: time) },
        companies: settings.company.map { Buckets($0, at: time) },
        addresses: settings.address.map { Buckets($0, at: time) }))
  }

  /// A call by somebody who is known.
  package func call(by user: ID<User>) throws(RateError) {
    let time = now()
    if let wait = state.withLock({ $0.users?.take(user, at: time) ?? nil }) {
      throw .user(waitMilliseconds: Self.milliseconds(wait))
    }
  }

  /// A command or a read at a company by somebody of its bureau.
  package func work(at place: Place) throws(RateError) {
    let time = now()
    if let wait = state.withLock({ $0.companies?.take(place, at: time) ?? nil }) {
      throw .company(waitMilliseconds: Self.milliseconds(wait))
    }
  }

  /// A call by anyone, or with a token or session that is not known.
  package func call(from address: String) throws(RateError) {
    let time = now()
    if let wait = state.withLock({ $0.addresses?.take(address, at: time) ?? nil }) {
      throw .address(waitMilliseconds: Self.milliseconds(wait))
    }
  }

  private static func milliseconds(_ microseconds: Int64) -> Int {
    Int(min(microseconds / 1_000 + 1, 3_600_000))
  }
}
