import BureauAPI
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
  static let row = BenchRow(names: ["grpc_command"]) { load, folder in
    [try await GRPCCommand(load: load, folder: folder).measure()]
  }

  let load: Load
  let folder: URL

  func measure() async throws -> Row {
    let database = try await Workload.open(folder.appending(path: "own.db").path())
    try await Workload.fill(database)
    let row = try await Served.run(database, folder: folder) { client, authority in
      let answer = try await Served.Stub(wrapping: client)
        .importInvoice(Workload.request(0), metadata: Served.metadata)
      return try await withEcho(of: answer, authority) { echo in
        try await rounds(own: client, echo: echo)
      }
    }
    await database.close()
    return row
  }

  private func rounds(own: Served.Client, echo: Served.Client) async throws -> Row {
    var server = Side("server", count: load.calls), plain = Side("echo", count: load.calls)
    // The first round of each warms up and does not count.
    for round in 0...load.rounds {
      // 0 was the answer that the echo gives.
      let requests = (0..<load.calls).map { Workload.request(1 + round * load.calls + $0) }
      let echoed = try await Served.single(requests, echo, callers: load.callers)
      let served = try await Served.single(requests, own, callers: load.callers)
      if round == 0 { continue }
      plain.samples.append(echoed)
      server.samples.append(served)
    }
    print(plain.line, server.line, separator: "\n")
    return Row(
      "grpc_command", server.rate, "calls/s", beside: "grpc-swift-2 echo, the same messages",
      plain.rate, aim: 0.8,
      details: ["cpu_us": server.cpuMicroseconds, "echo_cpu_us": plain.cpuMicroseconds])
  }

  private func withEcho<Result: Sendable>(
    of answer: Bureau_V1_Payment, _ authority: Authority,
    _ body: (Served.Client) async throws -> Result
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
      return try await Served.connect(port, authority, body)
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
