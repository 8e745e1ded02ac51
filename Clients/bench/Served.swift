import BureauAPI
import Engine
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Server
import SwiftProtobuf

/// The server over gRPC and TLS in this process, and clients of it.
enum Served {
  typealias Client = GRPCClient<HTTP2ClientTransport.Posix>
  typealias Stub = Bureau_V1_PaymentService.Client<HTTP2ClientTransport.Posix>

  static let metadata: Metadata = ["authorization": "Bearer \(Workload.secret)"]

  /// Serves `database`, connects, and takes both down again.
  static func run<Result: Sendable>(
    _ database: any Database, folder: URL,
    _ body: @escaping @Sendable (Client, Authority) async throws -> Result
  ) async throws -> Result {
    let (service, authority) = try BenchServer.service(database, folder: folder)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await service.run() }
      let result = try await connect(service.boundPort, authority) { client in
        try await body(client, authority)
      }
      tasks.cancelAll()
      try? await tasks.waitForAll()
      return result
    }
  }

  static func connect<Result: Sendable>(
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

  /// Calls one by one, by `callers` at the same time.
  static func single(
    _ requests: [Bureau_V1_ImportInvoiceRequest], _ client: Client, callers: Int
  ) async throws -> Sample {
    let stub = Stub(wrapping: client)
    return try await measured {
      try await byCallers(callers, count: requests.count) {
        _ = try await stub.importInvoice(requests[$0], metadata: metadata)
      }
    }
  }

  /// All on one stream; each must become a payment.
  static func stream(
    _ requests: [Bureau_V1_ImportInvoiceRequest], _ client: Client
  ) async throws -> Sample {
    let stub = Stub(wrapping: client)
    return try await measured {
      let count = try await stub.importInvoices(metadata: metadata) { writer in
        // As a client would that reads its files one after the other.
        for start in stride(from: 0, to: requests.count, by: 16) {
          try await writer.write(contentsOf: requests[start..<min(start + 16, requests.count)])
        }
      } onResponse: { response in
        var count = 0
        for try await answer in response.messages {
          guard case .payment = answer.result else {
            throw BenchError("an item was refused: \(answer.error.message)")
          }
          count += 1
        }
        return count
      }
      guard count == requests.count else { throw BenchError("\(count) of \(requests.count)") }
    }
  }
}
