import Connectors
import Domain
import Foundation
import Primitives
import Sandbox
import Synchronization

/// A value that the world and its server's parts both see.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>
  init(_ value: Value) { self.value = Mutex(value) }
  func withLock<Result: Sendable>(_ body: (inout sending Value) -> sending Result) -> Result {
    value.withLock(body)
  }
}

/// The sandbox's partner over its folder; not asked until a test wants it.
struct TestPartner: ReviewPartner {
  let root: URL
  let isAsked: @Sendable () -> Bool
  let now: @Sendable () -> Instant

  func answer(_ asked: ReviewCase) async throws(ReviewPartnerError) -> ReviewAnswer {
    guard isAsked() else { return .approved }
    let folder = FolderReviewPartner(root: root)
    _ = try await folder.answer(asked)
    do { try SandboxReviewPartner(root: root).tick(now: now()) } catch {
      throw ReviewPartnerError("\(error)")
    }
    return try await folder.answer(asked)
  }
}
