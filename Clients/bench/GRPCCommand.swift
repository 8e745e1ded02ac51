import BureauAPI
import Crypto
import EngineSQLite
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import Server

/// `grpc_command`: the same command whole, as a client calls it: `ImportInvoice` over gRPC and TLS
/// with a session, through all interceptors, with reading the document and answering the payment.
/// Beside it an echo of grpc-swift-2 alone: the same request and an answer of the same bytes on
/// the same transport, without our interceptors and connection guard.
struct GRPCCommand: Sendable {
  let load: Load
  let folder: URL

  private typealias Client = GRPCClient<HTTP2ClientTransport.Posix>
  private typealias Stub = Bureau_V1_PaymentService.Client<HTTP2ClientTransport.Posix>

  func measure() async throws -> Row {
    let database = try await Workload.open(folder.appending(path: "own.db").path())
    try await Workload.fill(database)
    let (service, authority) = try BenchServer.service(database, folder: folder)
    let row = try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await service.run() }
      let row = try await withClient(service.boundPort, authority) { client in
        let answer = try await Self.call(Stub(wrapping: client), Workload.request(0))
        return try await withEcho(of: answer, authority) { echo in
          try await rounds(own: client, echo: echo)
        }
      }
      tasks.cancelAll()
      try? await tasks.waitForAll()
      return row
    }
    await database.close()
    return row
  }

  private func rounds(own: Client, echo: Client) async throws -> Row {
    var server = Side("server", count: load.calls), plain = Side("echo", count: load.calls)
    // The first round of each warms up and does not count.
    for round in 0...load.rounds {
      // 0 was the answer that the echo gives.
      let requests = (0..<load.calls).map { Workload.request(1 + round * load.calls + $0) }
      let echoed = try await measured { try await callAll(requests, echo) }
      let served = try await measured { try await callAll(requests, own) }
      if round == 0 { continue }
      plain.samples.append(echoed)
      server.samples.append(served)
    }
    print(plain.line, server.line, separator: "\n")
    return Row(
      "grpc_command", server.rate, "calls/s", beside: "grpc-swift-2 echo, the same messages",
      plain.rate, aim: 0.5)
  }

  private func callAll(_ requests: [Bureau_V1_ImportInvoiceRequest], _ client: Client) async throws
  {
    let stub = Stub(wrapping: client)
    try await byCallers(load.callers, count: requests.count) {
      _ = try await Self.call(stub, requests[$0])
    }
  }

  private static func call(
    _ stub: Stub, _ request: Bureau_V1_ImportInvoiceRequest
  ) async throws -> Bureau_V1_Payment {
    try await stub.importInvoice(
      request, metadata: ["authorization": "Bearer \(Workload.secret)"])
  }

  private func withClient<Result: Sendable>(
    _ port: Int, _ authority: Authority, _ body: (Client) async throws -> Result
  ) async throws -> Result {
    let roots: [TLSConfig.CertificateSource] = [
      .bytes(Array(authority.authorityCertificate.utf8), format: .pem)
    ]
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: "127.0.0.1", port: port),
      transportSecurity: .tls { $0.trustRoots = .certificates(roots) },
      config: .defaults { $0.http2.authority = "localhost" })
    return try await withGRPCClient(transport: transport, handleClient: body)
  }

  private func withEcho<Result: Sendable>(
    of answer: Bureau_V1_Payment, _ authority: Authority,
    _ body: (Client) async throws -> Result
  ) async throws -> Result {
    let chain: [TLSConfig.CertificateSource] = [
      .bytes(Array(authority.serverCertificate.utf8), format: .pem)
    ]
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: 0),
      transportSecurity: .tls(
        certificateChain: chain,
        privateKey: .bytes(Array(authority.serverKey.utf8), format: .pem)))
    return try await withGRPCServer(transport: transport, services: [Echo(answer: answer)]) {
      server in
      guard let port = try await server.listeningAddress?.ipv4?.port else {
        throw BenchError("the echo does not listen")
      }
      return try await withClient(port, authority, body)
    }
  }
}

/// Answers every invoice with the same payment.
private struct Echo: RegistrableRPCService {
  let answer: Bureau_V1_Payment

  func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
    let answer = answer
    router.registerHandler(
      forMethod: Bureau_V1_PaymentService.Method.ImportInvoice.descriptor,
      deserializer: ProtobufDeserializer<Bureau_V1_ImportInvoiceRequest>(),
      serializer: ProtobufSerializer<Bureau_V1_Payment>()
    ) { request, _ in
      _ = try await ServerRequest(stream: request)
      return StreamingServerResponse(single: ServerResponse(message: answer))
    }
  }
}
