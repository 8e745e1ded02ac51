package import Logging
import Synchronization

/// Everything that was logged, at every level, kept in memory.
package final class LogBook: Sendable {
  private let kept = Mutex<[String]>([])

  package init() {}

  /// One text a line: level, message and metadata.
  package var lines: [String] { kept.withLock { $0 } }

  package var logger: Logger {
    var logger = Logger(label: "bureau") { _ in Handler(book: self) }
    logger.logLevel = .trace
    return logger
  }

  private struct Handler: LogHandler {
    let book: LogBook
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      let line = "\(event.level) \(event.message) \(all)"
      book.kept.withLock { $0.append(line) }
    }
  }
}
