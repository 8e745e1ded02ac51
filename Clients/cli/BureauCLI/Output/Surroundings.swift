package import Foundation
package import Primitives

/// All that a command meets outside itself; tests give their own.
package struct Surroundings: Sendable {
  package var environment: [String: String]
  /// Where the contexts are; `BUREAU_CONFIG` or `~/.config/bureau`.
  package var configuration: ConfigurationFolder
  /// Data, exactly as given.
  package var write: @Sendable (String) -> Void
  /// Everything else, a line at a time.
  package var note: @Sendable (String) -> Void
  /// Columns of the terminal that shows the notes; nil when they go to a file or pipe.
  package var noteWidth: Int?
  /// All of a file, or of standard input for `-`; at most the given bytes.
  package var read: @Sendable (_ path: String, _ limit: Int) throws(CLIError) -> Data
  /// The next line of standard input, as somebody types it; nil at its end.
  package var line: @Sendable () -> String?
  /// What a folder holds, by name, in order; nil for what is no folder.
  package var list: @Sendable (_ path: String) throws(CLIError) -> [String]?
  package var now: @Sendable () -> Instant
  package var sleep: @Sendable (Duration) async throws -> Void
  package var newID: @Sendable () -> String
  package var connector: any Connector

  package init(
    environment: [String: String], configuration: ConfigurationFolder,
    write: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void,
    noteWidth: Int?,
    read: @escaping @Sendable (_ path: String, _ limit: Int) throws(CLIError) -> Data,
    line: @escaping @Sendable () -> String?,
    list: @escaping @Sendable (_ path: String) throws(CLIError) -> [String]?,
    now: @escaping @Sendable () -> Instant,
    sleep: @escaping @Sendable (Duration) async throws -> Void,
    newID: @escaping @Sendable () -> String, connector: any Connector
  ) {
    self.environment = environment
    self.configuration = configuration
    self.write = write
    self.note = note
    self.noteWidth = noteWidth
    self.read = read
    self.line = line
    self.list = list
    self.now = now
    self.sleep = sleep
    self.newID = newID
    self.connector = connector
  }

  /// Those of the command that is running: the argument parser makes the commands and leaves no
  /// other way to hand them anything.
  @TaskLocal package static var current = Surroundings.process()
}
