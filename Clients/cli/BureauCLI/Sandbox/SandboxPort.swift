internal import AsyncHTTPClient
package import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// The control side of a sandbox: JSON in, JSON out.
package protocol SandboxPort: Sendable {
  /// GET for no body, POST otherwise; the answer's bytes. Throws `CLIError`.
  func call(_ path: String, _ body: Data?) async throws -> Data
}

/// What `/clock` answers.
struct SandboxClock: Codable, Equatable, Sendable {
  var now: String
}

/// What `/bankid/approve` and `/bankid/decline` answer.
struct SandboxCount: Codable, Equatable, Sendable {
  var approved: Int?
  var declined: Int?
}

/// What `/bankid-no/approve` answers.
struct SandboxLocation: Codable, Equatable, Sendable {
  var location: String
}

/// What `/messages` answers.
struct SandboxMessages: Codable, Equatable, Sendable {
  struct Message: Codable, Equatable, Sendable {
    var to: String
    var subject: String?
    var linkSecret: String?
    var agreement: String?
    var text: String?
    /// The page where the receiver can act.
    var link: String?
  }
  var messages: [Message]
}

extension SandboxPort {
  func approve(person: String, qr: String?) async throws -> SandboxCount {
    var body = ["person": person]
    body["qr"] = qr
    return try await decoded(SandboxCount.self, "/bankid/approve", body)
  }

  /// A person with a Norwegian BankID opens the link and confirms. Returns where the browser goes.
  func confirm(person: String, link: String) async throws -> String {
    try await decoded(
      SandboxLocation.self, "/bankid-no/approve", ["person": person, "link": link]
    ).location
  }

  /// Calls and reads the answer as JSON of the given shape.
  func decoded<Value: Decodable>(
    _: Value.Type, _ path: String, _ body: (some Encodable)?
  ) async throws -> Value {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    let data = try await call(path, try body.map { try encoder.encode($0) })
    return try SandboxJSON.read(Value.self, from: data)
  }
}

enum SandboxJSON {
  /// Reads an answer of the sandbox.
  static func read<Value: Decodable>(_: Value.Type, from data: Data) throws(CLIError) -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(Value.self, from: data)
    } catch {
      throw CLIError(.internalError, "SANDBOX_ANSWER", "the sandbox answered with something else")
    }
  }
}

extension NetworkConnector {
  package func withSandbox(
    at address: String, authorityFile: String, _ body: (any SandboxPort) async throws -> Void
  ) async throws {
    var configuration = HTTPClient.Configuration()
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(authorityFile)
    tls.minimumTLSVersion = .tlsv13
    configuration.tlsConfiguration = tls
    configuration.redirectConfiguration = .disallow
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let result: Result<Void, any Error>
    do {
      try await body(HTTPSandbox(address: address, http: http))
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await http.shutdown()
    try result.get()
  }
}

/// The sandbox over HTTPS.
private struct HTTPSandbox: SandboxPort {
  let address: String
  let http: HTTPClient

  /// Bytes of an answer that are read at most.
  static let limit = 16 << 20

  func call(_ path: String, _ body: Data?) async throws -> Data {
    var request = HTTPClientRequest(url: address + path)
    if let body {
      request.method = .POST
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(body)
    }
    let status: UInt
    let answer: Data
    do {
      // Turning the clock runs every job that falls due on the way.
      let response = try await http.execute(request, timeout: .seconds(300))
      status = response.status.code
      answer = Data(try await response.body.collect(upTo: Self.limit).readableBytesView)
    } catch {
      throw CLIError(
        .unavailable, "SANDBOX_UNAVAILABLE",
        "the sandbox at \(address) does not answer: \(ConnectionTrouble.words(error))",
        mend: "bureaud sandbox")
    }
    guard status == 200 else {
      let refused = try? JSONDecoder().decode([String: String].self, from: answer)
      let text = refused?["error"] ?? String(decoding: answer.prefix(500), as: UTF8.self)
      throw CLIError(
        status == 404 ? .notFound : .refused, "SANDBOX_REFUSED",
        "the sandbox answered \(status): \(text)")
    }
    return answer
  }
}
