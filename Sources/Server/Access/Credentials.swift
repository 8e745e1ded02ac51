import Engine
import Storage
import Synchronization

/// Finds out whom a secret stands for; those who ask at the same time share one read.
///
/// A read answers only those who asked before it began, so that a secret taken back acts on the
/// next call. Nothing is remembered. Whoever asks first reads, for all who wait by then; if more
/// have come meanwhile, the first of them reads next.
final class Credentials: Sendable {
  private typealias Answer = Result<IdentityTables.Credential?, any Error>
  private enum Part: Sendable {
    case answer(Answer)
    /// To read oneself, for all who wait.
    case reads
  }
  private struct Waiting {
    let hash: [UInt8]
    let continuation: CheckedContinuation<Part, Never>
  }
  private struct State {
    var waiting: [Waiting] = []
    var isReading = false
  }

  /// Of one read: a snapshot should not be held long.
  private static let readLimit = 256
  /// Who waits: some dozen reads' worth; one more is refused as overload.
  private static let waitLimit = 8_192

  private let database: any Database
  private let state = Mutex(State())

  init(_ database: any Database) { self.database = database }

  func find(_ hash: [UInt8]) async throws -> IdentityTables.Credential? {
    let part = await withCheckedContinuation { continuation in
      let part: Part? = state.withLock { state in
        guard state.isReading else {
          state.isReading = true
          return .reads
        }
        guard state.waiting.count < Self.waitLimit else {
          return .answer(.failure(EngineError.overloaded("credentials")))
        }
        state.waiting.append(Waiting(hash: hash, continuation: continuation))
        return nil
      }
      if let part { continuation.resume(returning: part) }
    }
    guard case .answer(let answer) = part else { return try await read(hash) }
    return try answer.get()
  }

  private func read(_ own: [UInt8]) async throws -> IdentityTables.Credential? {
    let others = state.withLock { state in
      let others = Array(state.waiting.prefix(Self.readLimit))
      state.waiting.removeFirst(others.count)
      return others
    }
    let hashes = [own] + others.map(\.hash)
    let found: Result<[IdentityTables.Credential?], any Error>
    do {
      found = .success(
        try await database.read(as: .platform) { tx in
          try hashes.map { try IdentityTables.credential($0, in: tx) }
        })
    } catch { found = .failure(error) }
    let isOwnEnd = if case .failure(let error) = found { error is CancellationError } else { false }
    let next = state.withLock { state in
      // Whoever is cancelled leaves the others to somebody else.
      if isOwnEnd { state.waiting.insert(contentsOf: others, at: 0) }
      if state.waiting.isEmpty {
        state.isReading = false
        return nil as Waiting?
      }
      return state.waiting.removeFirst()
    }
    next?.continuation.resume(returning: .reads)
    if !isOwnEnd {
      for (index, other) in others.enumerated() {
        other.continuation.resume(returning: .answer(found.map { $0[index + 1] }))
      }
    }
    return try found.get()[0]
  }
}
