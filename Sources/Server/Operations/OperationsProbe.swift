package import Engine
import Foundation
import Glibc
package import Primitives
import Storage

/// Looks at the running server for `/metrics` and `/readyz`. Many who ask at once share one look.
package actor OperationsProbe {
  /// A value that is known to somebody else, or not at this moment.
  package typealias Gauge = @Sendable () async -> Double?

  private let metrics: Metrics
  private let database: any Database
  private let drain: Drain
  private let now: @Sendable () -> Instant
  private let gauges: [Metric: Gauge]
  private let started: Double
  private var look: Task<[Metric: Double], Never>?

  /// - Parameter gauges: What the composition root knows of: connections, held transfers, …
  package init(
    metrics: Metrics, database: any Database, drain: Drain,
    now: @escaping @Sendable () -> Instant, gauges: [Metric: Gauge]
  ) {
    self.metrics = metrics
    self.database = database
    self.drain = drain
    self.now = now
    self.gauges = gauges
    started = Date().timeIntervalSince1970
  }

  package func metrics() async -> String { metrics.text(gauges: await looked()) }

  /// Why no calls should be sent here; nil when they may.
  package func trouble() async -> String? {
    if drain.hasBegun { return "draining" }
    return await looked()[.ready] == 1 ? nil : "the database cannot be used"
  }

  /// What `/readyz` says of a server that takes calls: also what somebody should know of it.
  package func readiness() async -> (isReady: Bool, text: String) {
    if let trouble = await trouble() { return (false, trouble) }
    guard let held = await looked()[.transfersHeld], held > 0 else { return (true, "ready") }
    return (
      true,
      "ready\ntransfers are held in \(Int(held)) place\(held == 1 ? "" : "s") until they are reconciled"
    )
  }

  private func looked() async -> [Metric: Double] {
    if let look { return await look.value }
    let task = Task { await sample() }
    look = task
    let values = await task.value
    look = nil
    return values
  }

  private func sample() async -> [Metric: Double] {
    var values: [Metric: Double] = [.startTime: started]
    values[.ready] = drain.hasBegun ? 0 : 1
    values[.residentBytes] = Self.residentBytes
    let time = now()
    values[.checkpointAge] = metrics.marked(.checkpointAge).map { Double($0.seconds(until: time)) }
    do {
      let (backlog, holds) = try await database.read(as: .platform) {
        (try Work.backlog(at: time, in: $0), try Work.holds(in: $0))
      }
      values[.transfersHeld] = Double(holds)
      values[.workDue] = Double(backlog.due)
      values[.workDelay] = Double(backlog.oldest.map { $0.seconds(until: time) } ?? 0)
    } catch EngineError.overloaded, EngineError.shareFull {
      // Busy is not broken: a balancer that takes a busy server away makes its neighbours busier.
    } catch {
      values[.ready] = 0
    }
    values[.databaseBytes] = (try? await database.sizeInBytes()).flatMap(\.self).map(Double.init)
    for (metric, gauge) in gauges { values[metric] = await gauge() }
    return values
  }

  private static var residentBytes: Double? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return nil
    }
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Double($0) }
    return pages.map { $0 * Double(sysconf(Int32(_SC_PAGESIZE))) }
  }
}
