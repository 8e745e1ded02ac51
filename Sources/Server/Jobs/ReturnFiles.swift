import Domain
import Formats
import Primitives
import Synchronization

/// Return files that could not be applied, and when they are tried again. Kept for this run of the
/// server only: after a restart all of them are tried at once.
final class PostponedFiles: Sendable {
  private let until = Mutex<[IncomingFile: Instant]>([:])

  func hold(_ file: IncomingFile, until time: Instant) { until.withLock { $0[file] = time } }

  func held(at time: Instant) -> Set<IncomingFile> {
    until.withLock { until in
      until = until.filter { $0.value > time }
      return Set(until.keys)
    }
  }
}

/// A return file by what it is.
enum ParsedReturn: Sendable {
  case statusReport(Pain002)
  case notification(Camt054)
  case unreadable(String)

  init(_ content: [UInt8]) {
    do {
      self = .statusReport(try Pain002.read(content))
    } catch let asReport {
      do {
        self = .notification(try Camt054.read(content))
      } catch let asNotification {
        let isReport = asReport.kind != .unsupported
        self = .unreadable("\(isReport ? asReport : asNotification)")
      }
    }
  }
}
