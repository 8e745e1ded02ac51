import Synchronization

/// Who is connected: counts connections against their limits and remembers client certificates.
///
/// The certificate of a connection is read once, at its handshake; asking the TLS library again at
/// each call costs a quarter of the CPU of a small call.
package final class ConnectionCensus: Sendable {
  private struct State {
    var total = 0
    var byAddress: [String: Int] = [:]
    var certificates: [String: ClientCertificate] = [:]
    var partialBytes = 0
  }

  private let maxTotal: Int
  private let maxPerAddress: Int
  private let maxPartialBytes: Int
  private let maxPartialBytesPerConnection: Int
  private let state = Mutex(State())

  package init(limits: TransportLimits) {
    self.maxTotal = limits.maxConnections
    self.maxPerAddress = limits.maxConnectionsPerAddress
    self.maxPartialBytes = limits.maxPartialBytes
    self.maxPartialBytesPerConnection = limits.maxPartialBytesPerConnection
  }

  /// The connections open now.
  package var count: Int { state.withLock { $0.total } }

  /// The certificate that the peer of a call showed; `peer` is `ServerContext.remotePeer`.
  package func certificate(of peer: String) -> ClientCertificate? {
    state.withLock { $0.certificates[peer] }
  }

  /// Bytes of all messages that have come in part.
  package var partialBytes: Int { state.withLock { $0.partialBytes } }

  /// Notes that a connection holds `held` bytes of half messages, `change` more than before. False
  /// when it must go: it holds too much, or all together do and it more than its part.
  func holds(_ held: Int, change: Int) -> Bool {
    state.withLock { state in
      state.partialBytes += change
      if held > maxPartialBytesPerConnection { return false }
      return state.partialBytes <= maxPartialBytes
        || held <= maxPartialBytes / max(state.total, 1)
    }
  }

  /// Counts a connection in, or answers false when a limit is reached.
  func admit(address: String) -> Bool {
    state.withLock { state in
      guard state.total < maxTotal, state.byAddress[address, default: 0] < maxPerAddress else {
        return false
      }
      state.total += 1
      state.byAddress[address, default: 0] += 1
      return true
    }
  }

  func remember(_ certificate: ClientCertificate, of peer: String) {
    state.withLock { $0.certificates[peer] = certificate }
  }

  /// Counts an admitted connection out.
  func release(address: String, peer: String) {
    state.withLock { state in
      state.total -= 1
      state.certificates[peer] = nil
      let left = state.byAddress[address, default: 1] - 1
      state.byAddress[address] = left > 0 ? left : nil
    }
  }
}
