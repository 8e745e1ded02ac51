import BureauAPI
import Engine
import EngineSQLite
import Foundation
import Logging
import Primitives
import Server
import ServiceLifecycle
import Storage
import SwiftProtobuf
import TestKit
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite struct MetricsTests {
  @Test func `counters and histograms are written as Prometheus reads them`() {
    let metrics = Metrics()
    metrics.count(.calls, "bureau.v1.PaymentService/GetPayment", "OK")
    metrics.count(.calls, "bureau.v1.PaymentService/GetPayment", "OK")
    metrics.count(.refusals, "A \"quoted\"\\\nreason")
    for commands in [1, 3, 64, 65] { metrics.observe(.commitCommands, Double(commands)) }
    let text = metrics.text(gauges: [.connections: 3])
    #expect(
      text.contains(
        """
        # HELP bureau_calls_total Calls that ended, by status.
        # TYPE bureau_calls_total counter
        bureau_calls_total{method="bureau.v1.PaymentService/GetPayment",code="OK"} 2

        """))
    #expect(text.contains(#"bureau_refusals_total{reason="A \"quoted\"\\\nreason"} 1"# + "\n"))
    #expect(
      text.contains(
        """
        # TYPE bureau_commit_commands histogram
        bureau_commit_commands_bucket{le="1"} 1
        bureau_commit_commands_bucket{le="2"} 1
        bureau_commit_commands_bucket{le="4"} 2
        bureau_commit_commands_bucket{le="8"} 2
        bureau_commit_commands_bucket{le="16"} 2
        bureau_commit_commands_bucket{le="32"} 2
        bureau_commit_commands_bucket{le="64"} 3
        bureau_commit_commands_bucket{le="+Inf"} 4
        bureau_commit_commands_sum 133
        bureau_commit_commands_count 4

        """))
    #expect(text.contains("# TYPE bureau_connections gauge\nbureau_connections 3\n"))
    #expect(text.contains("bureau_commit_conflicts_total 0\n"), "there before it first counts")
    #expect(!text.contains("bureau_checkpoint_age"), "what nobody knows is left out")
  }

  @Test func `the number of series is bounded whatever the labels are`() {
    let metrics = Metrics()
    for number in 0..<10_000 { metrics.count(.refusals, "R\(number)") }
    let lines = metrics.text(gauges: [:]).split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("bureau_refusals_total{") }.count == 4_000)
  }

  @Test func `every metric has a name of its own, units and help`() {
    #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
    for metric in Metric.all {
      #expect(metric.name.wholeMatch(of: /(bureau|process)_[a-z_]+/) != nil)
      #expect((metric.kind == .counter) == metric.name.hasSuffix("_total"))
      #expect(metric.help.hasSuffix("."))
    }
  }
}

/// Metrics and health as an operator's tools see them: over HTTP, of a server at work.
@Suite struct OperationsTests {
  private func probe(_ world: World, _ drain: Drain = Drain()) throws -> OperationsProbe {
    let clock = world.clock
    return OperationsProbe(
      metrics: try world.metrics, database: try world.database, drain: drain, now: { clock.now },
      gauges: [.connections: { 3 }])
  }

  private func serving(
    _ probe: OperationsProbe, _ body: @Sendable (Int) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let operations = OperationsServer(host: "127.0.0.1", port: 0, probe: probe, logger: logger)
    let group = ServiceGroup(
      configuration: .init(services: [.init(service: operations)], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let port = try await operations.port()
      let result: Result<Void, any Error>
      do { result = .success(try await body(port)) } catch { result = .failure(error) }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      try result.get()
    }
  }

  private struct Page: Equatable {
    var status: Int
    var text: String
  }

  private func get(_ path: String, _ port: Int) async throws -> Page {
    let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
    let (data, response) = try await URLSession.shared.data(from: url)
    let http = try #require(response as? HTTPURLResponse)
    return Page(status: http.statusCode, text: String(decoding: data, as: UTF8.self))
  }

  @Test func `a server at work is measured, and no tenant or person is named`() async throws {
    try await withOffice { office in
      // What the signed agreement has left to do is done.
      try await office.bureau.world.jobs.runUntilIdle()
      try await serving(try probe(office.bureau.world)) { port in
        let text = try await get("/metrics", port).text
        #expect(
          text.contains(
            #"bureau_calls_total{method="bureau.v1.TenancyService/CreateCompany",code="OK"} 1"#))
        for line in [
          "bureau_connections 3", "bureau_ready 1", "bureau_work_due 0",
          "bureau_work_delay_seconds 0",
        ] {
          #expect(text.contains("\n\(line)\n"), "\(line) is missing")
        }
        for name in [
          "bureau_database_bytes", "process_resident_memory_bytes", "bureau_commit_seconds_count",
        ] {
          let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
          let value = line.flatMap { Double($0.dropFirst(name.count + 1)) }
          #expect((value ?? 0) > 0, "\(name) has no value")
        }
        let company = try office.bureau.company
        for name in [
          office.bureau.id.hex, company.place.company.hex, company.displayName, company.account,
          "Fjord", "Kim", "Alex", "Robin",
        ] { #expect(!text.contains(name), "\(name) is in the metrics") }
      }
    }
  }

  @Test func `a refusal is counted by its reason`() async throws {
    try await withBureau { bureau in
      let world = bureau.world
      let before = try await probe(world).metrics()
      #expect(!before.contains("UNAUTHENTICATED"))
      _ = try? await bureau.administrator.calls { connection, _ in
        try await connection.tenancy.getBureau(.with { $0.name = bureau.name })
      }
      let after = try await probe(world).metrics()
      #expect(after.contains(#"bureau_refusals_total{reason="UNAUTHENTICATED"} 1"#))
    }
  }

  @Test func `work that waits is seen with its age`() async throws {
    try await withBureau { bureau in
      let world = bureau.world, place = try bureau.company.place
      try await world.settle()
      let time = world.clock.now
      try await world.database.write(as: place.scope) { tx in
        try Work.schedule(.message, Array(repeating: 7, count: 16), at: time, of: place, in: tx)
      }
      world.clock.turn(to: time.adding(seconds: 90))
      let text = try await probe(world).metrics()
      #expect(text.contains("\nbureau_work_due 1\n"))
      #expect(text.contains("\nbureau_work_delay_seconds 90\n"))
    }
  }

  @Test func `O held transfers are counted, and told by who is ready all the same`() async throws {
    try await withOffice { office in
      let bureau = office.bureau, robin = try office.bureau.administrator
      let before = try await probe(bureau.world).metrics()
      #expect(before.contains("\nbureau_transfers_held 0\n"))
      try await office.alex.signs(try await office.kim.imports(SupplierInvoice()))
      try await bureau.bankSettles(on: "2026-03-16")
      _ = try await bureau.bankHasUnknownFile()
      try await bureau.restart()
      try await bureau.settle()
      let during = try await probe(bureau.world).metrics()
      #expect(during.contains("\nbureau_transfers_held 1\n"))
      // A hold is no work that somebody waits for.
      #expect(during.contains("\nbureau_work_due 0\n"))
      try await serving(try probe(bureau.world)) { port in
        let page = try await get("/readyz", port)
        #expect(page.status == 200 && page.text.contains("transfers are held in 1 place"))
      }
      try await robin.releases(try await robin.seesHold())
      let after = try await probe(bureau.world).metrics()
      #expect(after.contains("\nbureau_transfers_held 0\n"))
    }
  }

  @Test func `health says alive, ready, draining, and broken`() async throws {
    try await withBureau { bureau in
      let drain = Drain()
      try await serving(try probe(bureau.world, drain)) { port in
        let pages = try await [get("/healthz", port), get("/readyz", port)]
        #expect(pages == [Page(status: 200, text: "ok\n"), Page(status: 200, text: "ready\n")])
        let nothing = try await get("/", port)
        #expect(nothing.status == 404)
        drain.begin()
        let draining = try await [get("/healthz", port), get("/readyz", port)]
        // Alive until it has ended.
        #expect(
          draining == [Page(status: 200, text: "ok\n"), Page(status: 503, text: "draining\n")])
        let metrics = try await get("/metrics", port)
        #expect(metrics.text.contains("\nbureau_ready 0\n"))
      }
    }
    let broken = try await SQLiteDatabase.inMemory()
    await broken.close()
    let brokenProbe = OperationsProbe(
      metrics: Metrics(), database: broken, drain: Drain(), now: { Instant(microseconds: 0) },
      gauges: [:])
    try await serving(brokenProbe) { port in
      let page = try await get("/readyz", port)
      #expect(page == Page(status: 503, text: "the database cannot be used\n"))
    }
  }
}
