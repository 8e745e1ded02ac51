// What the server counts, for Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats
//
// Labels are methods, codes, reasons and other names of the program: a closed set each. No tenant,
// person, name or id is ever one.

package import Primitives
import Synchronization

/// One thing that is counted or measured.
package struct Metric: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case counter, gauge
    /// Upper bounds of its buckets, growing; everything falls into the last, `+Inf`.
    case histogram([Double])
  }

  package let name: String
  package let kind: Kind
  package let help: String
  package let labels: [String]

  package init(_ name: String, _ kind: Kind, labels: [String] = [], _ help: String) {
    self.name = name
    self.kind = kind
    self.labels = labels
    self.help = help
  }
}

extension Metric {
  private static let seconds = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  ]

  package static let calls = Metric(
    "bureau_calls_total", .counter, labels: ["method", "code"], "Calls that ended, by status.")
  package static let callSeconds = Metric(
    "bureau_call_seconds", .histogram(seconds), "Time from a call's headers to its status.")
  package static let callsInFlight = Metric(
    "bureau_calls_in_flight", .gauge, "Calls open now.")
  package static let refusals = Metric(
    "bureau_refusals_total", .counter, labels: ["reason"],
    "Calls, and items of streams, refused, by the reason in their ErrorInfo.")
  package static let commandsWaiting = Metric(
    "bureau_commands_waiting", .gauge, "Commands in the queue for a commit.")
  package static let commitCommands = Metric(
    "bureau_commit_commands", .histogram([1, 2, 4, 8, 16, 32, 64]),
    "Commands that shared a commit.")
  package static let commitSeconds = Metric(
    "bureau_commit_seconds", .histogram([0.0001, 0.00025, 0.0005] + seconds),
    "Time that a commit took to become durable.")
  package static let commitConflicts = Metric(
    "bureau_commit_conflicts_total", .counter, "Batches run again after a conflict.")
  package static let commitsUndone = Metric(
    "bureau_commits_undone_total", .counter,
    "Batches run again with savepoints, because a command in them had to be undone.")
  package static let jobs = Metric(
    "bureau_jobs_total", .counter, labels: ["job", "outcome"], "Steps of the jobs: done or failed.")
  package static let workDue = Metric(
    "bureau_work_due", .gauge, "Work that is due and not yet done, of all bureaus.")
  package static let workDelay = Metric(
    "bureau_work_delay_seconds", .gauge, "Age of the oldest work that is due; 0 with none.")
  package static let transfersHeld = Metric(
    "bureau_transfers_held", .gauge,
    "Companies and bureaus whose transfers are held until they are reconciled.")
  package static let connections = Metric(
    "bureau_connections", .gauge, "Connections open now.")
  package static let connectionsClosed = Metric(
    "bureau_connections_closed_total", .counter, labels: ["reason"],
    "Connections that a limit of the transport closed.")
  package static let partialBytes = Metric(
    "bureau_partial_message_bytes", .gauge, "Bytes of messages that have come in part.")
  package static let databaseBytes = Metric(
    "bureau_database_bytes", .gauge, "Size of the database.")
  package static let checkpointAge = Metric(
    "bureau_checkpoint_age_seconds", .gauge,
    "Time since this server last vouched for a bureau's journals or found them unchanged.")
  package static let ready = Metric(
    "bureau_ready", .gauge, "1 while the server takes calls, 0 when it drains or cannot.")
  package static let residentBytes = Metric(
    "process_resident_memory_bytes", .gauge, "Resident memory size in bytes.")
  package static let startTime = Metric(
    "process_start_time_seconds", .gauge, "Start time of the process since the epoch, in seconds.")

  /// Every metric there is, in the order in which they are shown.
  package static let all = [
    calls, callSeconds, callsInFlight, refusals, commandsWaiting, commitCommands, commitSeconds,
    commitConflicts, commitsUndone, jobs, workDue, workDelay, transfersHeld, connections,
    connectionsClosed,
    partialBytes,
    databaseBytes, checkpointAge, ready, residentBytes, startTime,
  ]
}

/// Counts and measures, from whatever thread.
package final class Metrics: Sendable {
  private struct Series: Hashable {
    let metric: String
    let labels: [String]
  }

  private struct Histogram {
    var counts: [Int]
    var sum = 0.0
  }

  private struct State {
    var counters: [Series: Int] = [:]
    var histograms: [String: Histogram] = [:]
    var marks: [String: Instant] = [:]
  }

  /// More than all methods with all codes: a bound should a label ever not be from a closed set.
  private static let maxSeries = 4_000
  private let state = Mutex(State())

  package init() {}

  package func count(_ metric: Metric, _ labels: String..., by amount: Int = 1) {
    let series = Series(metric: metric.name, labels: labels)
    state.withLock { state in
      if state.counters[series] == nil, state.counters.count >= Self.maxSeries { return }
      state.counters[series, default: 0] += amount
    }
  }

  package func observe(_ metric: Metric, _ value: Double) {
    guard case .histogram(let bounds) = metric.kind else { return }
    let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock { state in
      state.histograms[
        metric.name, default: Histogram(counts: Array(repeating: 0, count: bounds.count + 1))
      ].counts[bucket] += 1
      state.histograms[metric.name]?.sum += value
    }
  }

  /// Something was done now: a gauge tells how long ago.
  package func mark(_ metric: Metric, at time: Instant) {
    state.withLock { $0.marks[metric.name] = time }
  }

  /// When `mark` was last told; nil before.
  func marked(_ metric: Metric) -> Instant? { state.withLock { $0.marks[metric.name] } }

  /// The exposition text. A gauge without a value is left out; counters and histograms of closed
  /// sets begin at 0.
  package func text(gauges: [Metric: Double]) -> String {
    let state = state.withLock { $0 }
    var counters: [String: [(labels: [String], value: Int)]] = [:]
    for (series, value) in state.counters {
      counters[series.metric, default: []].append((series.labels, value))
    }
    var text = ""
    for metric in Metric.all {
      switch metric.kind {
      case .gauge:
        guard let value = gauges[metric] else { continue }
        text += metric.head("gauge") + "\(metric.name) \(Self.number(value))\n"
      case .counter:
        let series = counters[metric.name] ?? (metric.labels.isEmpty ? [([], 0)] : [])
        guard !series.isEmpty else { continue }
        text += metric.head("counter")
        for (labels, value) in series.sorted(by: { $0.labels.lexicographicallyPrecedes($1.labels) })
        {
          text += "\(metric.name)\(metric.labelText(labels)) \(value)\n"
        }
      case .histogram(let bounds):
        let histogram =
          state.histograms[metric.name]
          ?? Histogram(counts: Array(repeating: 0, count: bounds.count + 1))
        text += metric.head("histogram")
        var total = 0
        for (bound, count) in zip(bounds.map(Self.number) + ["+Inf"], histogram.counts) {
          total += count
          text += "\(metric.name)_bucket{le=\"\(bound)\"} \(total)\n"
        }
        text += "\(metric.name)_sum \(Self.number(histogram.sum))\n"
        text += "\(metric.name)_count \(total)\n"
      }
    }
    return text
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}

extension Metric {
  fileprivate func head(_ type: String) -> String {
    "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  fileprivate func labelText(_ values: [String]) -> String {
    guard !labels.isEmpty else { return "" }
    let pairs = zip(labels, values).map { name, value in
      let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        .replacing("\n", with: "\\n")
      return "\(name)=\"\(escaped)\""
    }
    return "{" + pairs.joined(separator: ",") + "}"
  }
}
