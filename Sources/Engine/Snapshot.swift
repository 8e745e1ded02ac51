import Dispatch
import Synchronization

/// All tenants as they were at one moment, read only and past every guard.
///
/// For what is about the database as a whole and nothing smaller: backup, check and rebuild. Where
/// it may be opened is listed in TidyTests. Many reads, one moment: writers go on meanwhile.
package protocol Snapshot: Sendable {
  /// Reads plain tables (`FROM payment`) of all tenants; the scope stays `.platform` and means
  /// nothing here. A write is refused with `EngineError.readOnly`.
  func read<T: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> T
  ) async throws -> T

  /// Lets the moment go. A long life keeps old rows on disk.
  func close() async
}

extension Database {
  /// Opens a snapshot for `body` and closes it after.
  package func withSnapshot<T>(_ body: (any Snapshot) async throws -> T) async throws -> T {
    let snapshot = try await snapshot()
    let result: Result<T, any Error>
    do { result = .success(try await body(snapshot)) } catch { result = .failure(error) }
    await snapshot.close()
    return try result.get()
  }
}

extension Snapshot {
  /// Reads from within another database's transaction. It blocks the thread, which must be a
  /// lane's own and no task's.
  package func readWithin<T: Sendable>(
    _ body: @escaping @Sendable (any Transaction) throws -> T
  ) throws -> T {
    let answer = Answer<T>()
    Task {
      let result: Result<T, any Error>
      do { result = .success(try await read(body)) } catch { result = .failure(error) }
      answer.result.withLock { $0 = result }
      answer.isThere.signal()
    }
    answer.isThere.wait()
    guard let result = answer.result.withLock({ $0 }) else {
      throw EngineError.engine("the snapshot gave no answer")
    }
    return try result.get()
  }
}

private final class Answer<T: Sendable>: Sendable {
  let result = Mutex<Result<T, any Error>?>(nil)
  let isThere = DispatchSemaphore(value: 0)
}
