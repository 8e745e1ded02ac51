package import Domain
import Server
import Synchronization

/// Bootstrap tokens in memory, each good for one request.
package final class TestBootstrap: BootstrapToken {
  private let hashes = Mutex<Set<[UInt8]>>([])
  private let spent = Mutex<Set<String>>([])
  private let open = Mutex(0)

  package init() {}

  /// Makes one more token, as `bureaud init` would on a fresh machine.
  package func issue(_ token: String) {
    hashes.withLock { _ = $0.insert(Access.hash(token)) }
    open.withLock { $0 += 1 }
  }

  package func allows(_ secretHash: [UInt8]) -> Bool {
    hashes.withLock { $0.contains(secretHash) }
  }

  package func claim(_ requestID: String) throws(TenancyError) {
    if spent.withLock({ $0.contains(requestID) }) { return }
    let isOpen = open.withLock { left in
      defer { left = max(0, left - 1) }
      return left > 0
    }
    guard isOpen else { throw .bootstrapRefused }
    spent.withLock { _ = $0.insert(requestID) }
  }
}
