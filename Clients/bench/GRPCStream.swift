import EngineSQLite
import Foundation

/// `grpc_stream`: payments submitted on one stream over gRPC and TLS (`ImportInvoices`) beside the
/// durable command in process; `grpc_stream_vs_single`: beside single calls of the same server. The
/// three take turns, each with the same number of payments.
struct GRPCStream: Sendable {
  static let row = BenchRow(names: ["grpc_stream", "grpc_stream_vs_single"]) { load, folder in
    try await GRPCStream(load: load, folder: folder).measure()
  }

  let load: Load
  let folder: URL

  func measure() async throws -> [Row] {
    let plain = try await Workload.open(folder.appending(path: "plain.db").path())
    try await Workload.fill(plain)
    let served = try await Workload.open(folder.appending(path: "served.db").path())
    try await Workload.fill(served)
    let inProcess = try await InProcess(plain)
    let rows = try await Served.run(served, folder: folder) { client, _ in
      try await rounds(inProcess, client)
    }
    await plain.close()
    await served.close()
    return rows
  }

  private func rounds(_ inProcess: InProcess, _ client: Served.Client) async throws -> [Row] {
    var durable = Side("in process", count: load.commands)
    var stream = Side("on one stream", count: load.commands)
    var single = Side("single calls", count: load.calls)
    // The first round of each warms up and does not count.
    for round in 0...load.rounds {
      let first = round * (load.commands + load.calls)
      let streamed = first..<first + load.commands
      let called = streamed.upperBound..<streamed.upperBound + load.calls
      let submissions = try inProcess.submissions(streamed)
      let onStream = streamed.map { Workload.request($0) },
        alone = called.map { Workload.request($0) }
      let samples = (
        try await inProcess.measure(submissions, callers: load.callers),
        try await Served.stream(onStream, client),
        try await Served.single(alone, client, callers: load.callers)
      )
      if round == 0 { continue }
      durable.samples.append(samples.0)
      stream.samples.append(samples.1)
      single.samples.append(samples.2)
    }
    print(durable.line, stream.line, single.line, separator: "\n")
    let cpu = [
      "cpu_us": stream.cpuMicroseconds, "in_process_cpu_us": durable.cpuMicroseconds,
      "single_cpu_us": single.cpuMicroseconds,
    ]
    return [
      Row(
        "grpc_stream", stream.rate, "payments/s", beside: "the durable command in process",
        durable.rate, aim: 0.8, details: cpu),
      Row(
        "grpc_stream_vs_single", stream.rate, "payments/s", beside: "single calls", single.rate,
        aim: 5),
    ]
  }
}
