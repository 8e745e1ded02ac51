import BureauAPI
import Domain
import GRPCCore
import GRPCInProcessTransport
import GRPCProtobuf
import Logging
import Server
import SwiftProtobuf
import Testing

/// A service whose method does what the test wants: the health service's methods, misused.
private struct Stub: Grpc_Health_V1_Health.SimpleServiceProtocol {
  var answer: @Sendable (ServerContext) throws -> Void

  func check(
    request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
  ) async throws -> Grpc_Health_V1_HealthCheckResponse {
    try answer(context)
    return .init()
  }

  func list(
    request: Grpc_Health_V1_HealthListRequest, context: ServerContext
  ) async throws -> Grpc_Health_V1_HealthListResponse { .init() }

  func watch(
    request: Grpc_Health_V1_HealthCheckRequest,
    response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
  ) async throws {
    try await response.write(.init())
    try answer(context)
  }
}

private struct Secret: Error { var password = "hunter2" }

private struct Denied: Refusal {
  var kind = RefusalKind.denied
  var reason = "NO_ROLE"
  var message = "no role on this company"
}

/// Any bytes as a message.
private struct Bytes: MessageSerializer, MessageDeserializer {
  func serialize<Out: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Out { Out(message) }
  func deserialize<In: GRPCContiguousBytes>(_ bytes: In) throws -> [UInt8] {
    bytes.withUnsafeBytes { Array($0) }
  }
}

@Suite struct CallInterceptorTests {
  private typealias Health = Grpc_Health_V1_Health
  private typealias InProcess = GRPCClient<InProcessTransport.Client>

  private func withStub(
    log: LogCollector = LogCollector(),
    _ answer: @escaping @Sendable (ServerContext) throws -> Void,
    _ body: @Sendable (InProcess) async throws -> Void
  ) async throws {
    let transport = InProcessTransport()
    let interceptor = CallInterceptor(logger: log.logger, makeRequestID: { "made-here" })
    try await withGRPCServer(
      transport: transport.server, services: [Stub(answer: answer)], interceptors: [interceptor]
    ) { _ in
      try await withGRPCClient(transport: transport.client) { try await body($0) }
    }
  }

  private func status(of error: RPCError?) throws -> GoogleRPCStatus {
    let error = try #require(error)
    let status = try error.unpackGoogleRPCStatus()
    return try #require(status)
  }

  @Test func `an unknown error is INTERNAL on the wire and whole in the log`() async throws {
    let log = LogCollector()
    try await withStub(log: log) { _ in
      throw Secret()
    } _: { client in
      let error = await #expect(throws: RPCError.self) {
        try await Health.Client(wrapping: client).check(.init())
      }
      let status = try status(of: error)
      #expect(error?.code == .internalError)
      #expect(!"\(status)\(String(describing: error))".contains("hunter2"))
      #expect(!"\(status)".contains("Secret"))
      #expect(status.details.compactMap(\.requestInfo).first?.requestID == "made-here")
    }
    let line = try #require(log.lines.first { $0.message == "call" })
    #expect(line.level == .error)
    #expect(line.metadata["cause"]?.contains("hunter2") == true)
    #expect(line.metadata["request_id"] == "made-here")
    #expect(line.metadata["method"] == "grpc.health.v1.Health/Check")
    #expect(line.metadata["duration_ms"] != nil)
  }

  @Test func `an error in the middle of a stream is mapped too`() async throws {
    try await withStub { _ in
      throw Secret()
    } _: { client in
      let error = await #expect(throws: RPCError.self) {
        try await Health.Client(wrapping: client).watch(.init()) { response in
          for try await _ in response.messages {}
        }
      }
      #expect(error?.code == .internalError)
    }
  }

  @Test func `a refusal reaches the client with its details`() async throws {
    let log = LogCollector()
    try await withStub(log: log) { _ in
      throw Denied()
    } _: { client in
      let error = await #expect(throws: RPCError.self) {
        try await Health.Client(wrapping: client).check(.init())
      }
      let status = try status(of: error)
      #expect(status.code == .permissionDenied)
      #expect(status.details.compactMap(\.errorInfo).first?.reason == "NO_ROLE")
    }
    #expect(log.lines.first { $0.message == "call" }?.metadata["reason"] == "NO_ROLE")
  }

  @Test func `a malformed body is INVALID_ARGUMENT and names no type`() async throws {
    try await withStub { _ in
    } _: { client in
      let error = await #expect(throws: RPCError.self) {
        try await client.unary(
          request: ClientRequest(message: [0xff, 0xff, 0xff]),
          descriptor: Health.Method.Check.descriptor, serializer: Bytes(), deserializer: Bytes(),
          options: .defaults
        ) { try $0.message }
      }
      let status = try status(of: error)
      #expect(status.code == .invalidArgument)
      #expect(status.details.compactMap(\.errorInfo).first?.reason == "REQUEST_MALFORMED")
      #expect(!"\(status)".contains("Grpc_Health"))
    }
  }

  @Test(arguments: [0, 2])
  func `a unary call with no or two messages is INVALID_ARGUMENT`(count: Int) async throws {
    try await withStub { _ in
    } _: { client in
      let error = await #expect(throws: RPCError.self) {
        try await client.clientStreaming(
          request: StreamingClientRequest { writer in
            for _ in 0..<count { try await writer.write([]) }
          },
          descriptor: Health.Method.Check.descriptor, serializer: Bytes(), deserializer: Bytes(),
          options: .defaults
        ) { try $0.message }
      }
      #expect(error?.code == .invalidArgument)
    }
  }

  @Test(arguments: [
    ("order-17", "order-17"), ("", "made-here"), ("a b", "made-here"),
    (String(repeating: "x", count: 65), "made-here"),
  ])
  func `the caller's request id is kept if it is a decent one`(
    given: String, used: String
  ) async throws {
    try await withStub { context in
      #expect(context.call.requestID == used)
    } _: { client in
      let answered = try await Health.Client(wrapping: client).check(
        .init(), metadata: ["x-request-id": .string(given)]
      ) { Array($0.metadata[stringValues: "x-request-id"]) }
      #expect(answered == [used])
    }
  }
}
