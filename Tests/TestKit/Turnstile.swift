/// Lets a few worlds in at a time: all tests at once would only take each other's time, and that of
/// tests whose subject is time.
package actor Turnstile {
  static let worlds = Turnstile(places: 4)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  package init(places: Int) { free = places }

  package func pass<Result: Sendable>(_ body: @Sendable () async throws -> Result) async rethrows
    -> Result
  {
    await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  /// The place goes to whoever has waited longest.
  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
