/// A port that becomes known once; those who ask before wait.
actor BoundPort {
  private var result: Result<Int, any Error>?
  private var waiting: [CheckedContinuation<Int, any Error>] = []

  func value() async throws -> Int {
    if let result { return try result.get() }
    return try await withCheckedThrowingContinuation { waiting.append($0) }
  }

  func settle(_ outcome: Result<Int, any Error>) {
    if result == nil { result = outcome }
    for waiter in waiting { waiter.resume(with: outcome) }
    waiting = []
  }
}
