import Engine
import Synchronization

/// Where a server may die: it is passed before and after every commit and everything that travels
/// to or from a bank. Once it has burnt, nothing of that server has any effect any more, as after a
/// kill: what it had begun is undone by the engine, what it had done stays.
final class Fuse: Sendable {
  private struct State {
    var left: Int?
    var isBurnt = false
  }

  private let state = Mutex(State())

  var isBurnt: Bool { state.withLock(\.isBurnt) }

  /// Burns at the `count`th place from now, counted from 0.
  func arm(_ count: Int) { state.withLock { $0.left = count } }

  func pass() throws(EngineError) {
    let isBurnt = state.withLock { state in
      if let left = state.left {
        state.left = left - 1
        if left <= 0 { (state.isBurnt, state.left) = (true, nil) }
      }
      return state.isBurnt
    }
    if isBurnt { throw .unavailable(Self.word) }
  }

  /// Stands in everything that fails because of it.
  static let word = "the server was killed"
}
