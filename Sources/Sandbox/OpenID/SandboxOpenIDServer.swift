import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
package import Logging
import NIOCore
import NIOSSL
import Primitives
import ServiceLifecycle

/// Serves `SandboxOpenID` over HTTPS on the loopback address.
package struct SandboxOpenIDServer: Service {
  private let provider: SandboxOpenID
  private let certificateChain: String
  private let privateKey: String
  private let logger: Logger
  private let bound = BoundPort()

  /// - Parameters: PEM, of the server.
  package init(
    _ provider: SandboxOpenID, certificateChain: String, privateKey: String, logger: Logger
  ) {
    self.provider = provider
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.logger = logger
  }

  /// What the provider is called; waits for `run` to have bound its port.
  package func issuer() async throws -> String {
    "https://127.0.0.1:\(try await bound.value())"
  }

  package func run() async throws {
    do { try await application().run() } catch {
      await bound.settle(.failure(error))
      throw error
    }
    await bound.settle(.failure(CancellationError()))
  }

  private func application() throws -> some ApplicationProtocol {
    let (provider, bound) = (provider, bound)
    let certificates = try NIOSSLCertificate.fromPEMBytes(Array(certificateChain.utf8))
    let tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)))
    return Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        await Self.respond(to: request, provider)
      }, server: try .tls(tlsConfiguration: tls),
      configuration: ApplicationConfiguration(
        address: .hostname("127.0.0.1", port: 0), serverName: nil),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        await provider.serve(at: "https://127.0.0.1:\(port)")
        await bound.settle(.success(port))
      }, logger: logger)
  }

  private static func respond(to request: Request, _ provider: SandboxOpenID) async -> Response {
    do {
      switch (request.method, request.uri.path) {
      case (.get, "/.well-known/openid-configuration"):
        return json(try await provider.discovery())
      case (.get, "/jwks"): return json(try await provider.keys())
      case (.get, "/authorize"):
        let query = request.uri.query ?? ""
        _ = try await provider.request(query)
        return page(query, provider.people)
      case (.post, "/authorize"):
        let body = try await request.body.collect(upTo: 16_384)
        let form = SandboxOpenID.fields(String(buffer: body)) ?? [:]
        guard let person = provider.people.first(where: { $0.nationalID.digits == form["person"] })
        else { throw SandboxOpenIDError("no such person") }
        let target = try await provider.authorize(request.uri.query ?? "", as: person)
        return Response(status: .seeOther, headers: [.location: target])
      case (.post, "/token"):
        let body = try await request.body.collect(upTo: 16_384)
        return json(
          try await provider.token(
            String(buffer: body), authorization: request.headers[.authorization]))
      default: return Response(status: .notFound)
      }
    } catch {
      let body = (try? JSONSerialization.data(withJSONObject: ["error": "\(error)"])) ?? Data()
      return json(body, status: .badRequest)
    }
  }

  private static func json(_ data: Data, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }

  /// One button per person; the request goes on in the address.
  private static func page(_ query: String, _ people: [SandboxNorwegian]) -> Response {
    let safe = query.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
      .replacing("<", with: "&lt;")
    let buttons = people.map {
      "<p><button name=\"person\" value=\"\($0.nationalID.digits)\">\($0.name)</button></p>"
    }.joined()
    let html =
      "<!DOCTYPE html><html lang=\"en\"><title>Sandbox BankID</title><h1>Sandbox BankID</h1>"
      + "<p>Who are you?</p><form method=\"post\" action=\"/authorize?\(safe)\">\(buttons)</form></html>"
    return Response(
      status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
  }
}
