// A right that is taken away, a revoked token and an ended session end also what is open: streams
// may last for hours without a message.

package import Storage

/// Asks, while a stream is open, whether its caller may still do what was begun.
package struct StreamWatch: Sendable {
  let access: Access
  let commands: Commands
  /// Half of the second within which an open stream must have ended.
  let interval: Duration

  package init(access: Access, commands: Commands, interval: Duration) {
    self.access = access
    self.commands = commands
    self.interval = interval
  }

  /// Goes on until it is cancelled or throws what the next call would be refused with.
  /// - Parameter place: nil: who calls is all that counts; the rights are checked item by item.
  package func watch(_ method: String, _ call: CallContext, at place: Place?) async throws {
    while true {
      try await Task.sleep(for: interval)
      // An open stream is no sign of life: it does not prolong the session.
      let caller = try await access.caller(of: call, isUse: false)
      if let place { try await commands.stillAllows(method, to: caller, at: place) }
    }
  }

  /// Runs `body` as long as the caller may do it.
  package func guarding(
    _ method: String, _ call: CallContext, at place: Place,
    _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await body() }
      group.addTask { try await watch(method, call, at: place) }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}
