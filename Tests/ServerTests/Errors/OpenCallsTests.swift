import BureauAPI
import GRPCCore
import GRPCInProcessTransport
import GRPCProtobuf
import Logging
import Server
import Testing

/// A service whose answer waits until it is let go.
private struct Slow: Bureau_V1_StatementService.SimpleServiceProtocol {
  let begun: AsyncStream<Void>.Continuation
  let release: @Sendable () async -> Void

  func listReturnFiles(
    request: Bureau_V1_ListReturnFilesRequest, context: ServerContext
  ) async throws -> Bureau_V1_ListReturnFilesResponse {
    begun.yield()
    await release()
    return .init()
  }
}

@Suite(.timeLimit(.minutes(10)))
struct OpenCallsTests {
  @Test func `calls beyond the bound of all are refused at once, with a time to come back`()
    async throws
  {
    let (begun, begins) = AsyncStream.makeStream(of: Void.self)
    let (released, releases) = AsyncStream.makeStream(of: Void.self)
    let metrics = Metrics()
    let interceptor = CallInterceptor(
      logger: LogCollector().logger, metrics: metrics, maxCalls: 1)
    let transport = InProcessTransport()
    let slow = Slow(begun: begins) { for await _ in released { return } }
    try await withGRPCServer(
      transport: transport.server, services: [slow], interceptors: [interceptor]
    ) { _ in
      try await withGRPCClient(transport: transport.client) { client in
        let statements = Bureau_V1_StatementService.Client(wrapping: client)
        async let first = statements.listReturnFiles(.init())
        for await _ in begun { break }
        #expect(interceptor.open.count == 1)
        let error = await #expect(throws: RPCError.self) {
          try await statements.listReturnFiles(.init())
        }
        #expect(error?.code == .unavailable)
        let status = try error?.unpackGoogleRPCStatus()
        #expect(status?.details.compactMap(\.errorInfo).first?.reason == "SERVER_OVERLOADED")
        #expect(status?.details.contains { $0.retryInfo != nil } == true)
        releases.finish()
        _ = try await first
        // The place is free once the answer is out, and the transport has let go of it.
        while interceptor.open.count > 0 { await Task.yield() }
        _ = try await statements.listReturnFiles(.init())
      }
    }
    let text = metrics.text(gauges: [:])
    let method = "bureau.v1.StatementService/ListReturnFiles"
    #expect(text.contains(#"bureau_calls_total{method="\#(method)",code="OK"} 2"#))
    #expect(text.contains(#"bureau_calls_total{method="\#(method)",code="UNAVAILABLE"} 1"#))
    #expect(text.contains(#"bureau_refusals_total{reason="SERVER_OVERLOADED"} 1"#))
  }
}
