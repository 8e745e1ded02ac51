import Domain
import Primitives
import Synchronization

/// Who has failed too often: addresses that log in, people who sign (RTS art. 4).
///
/// What counts is an answer of BankID that is not accepted: of somebody without access, of another
/// person than the one asked, over other content, or with evidence that does not hold. Counted in
/// this process; BankID counts wrong codes itself.
final class LoginTries: Sendable {
  private struct State {
    var addresses = TryBook<String>()
    var users = TryBook<ID<User>>()
  }
  private let state = Mutex(State())

  /// - Parameter user: nil where nobody is logged in.
  func mayStart(_ user: ID<User>?, from address: String, at time: Instant) throws(IdentityError) {
    let end = state.withLock { state in
      user.map { state.users.lockedUntil($0, at: time) }
        ?? state.addresses.lockedUntil(address, at: time)
    }
    if let end { throw .tooManyTries(waitSeconds: time.seconds(until: end)) }
  }

  func ended(_ order: Order, from address: String, isAccepted: Bool, at time: Instant) {
    state.withLock { state in
      switch (order.user, isAccepted) {
      case (nil, true): state.addresses.succeeded(address)
      case (nil, false): state.addresses.failed(address, at: time)
      case (let user?, true): state.users.succeeded(user)
      case (let user?, false): state.users.failed(user, at: time)
      }
    }
  }
}
