package import GRPCCore
internal import GRPCProtobuf
internal import Synchronization

/// Something that carries calls to a server.
package protocol Wire: Sendable {
  /// Makes one call, once. Throws `RPCError` for what the server refuses.
  func send<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, metadata: Metadata, timeout: Duration
  ) async throws -> Answer<R.Output>

  /// Makes one call that is answered by many messages; `take` is waited for, message by message.
  func receive<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, metadata: Metadata,
    _ take: @escaping @Sendable (R.Output) async throws -> Void
  ) async throws

  /// Sends requests on one stream and hands over the answers as they come, until all are sent and
  /// the server has ended the stream. Throws `RPCError` for what the server refuses, and when
  /// nothing moves for as long as `patience`.
  func exchange<R: RPC>(
    _ rpc: R.Type, metadata: Metadata, patience: Duration,
    send:
      @escaping @Sendable (_ write: @Sendable (R.Input) async throws -> Void) async throws ->
      Void,
    receive: @escaping @Sendable (R.Output) -> Void
  ) async throws
}

/// A message with the metadata that came before it.
package struct Answer<Output: Sendable>: Sendable {
  package let message: Output
  package let metadata: Metadata

  package init(message: Output, metadata: Metadata = [:]) {
    self.message = message
    self.metadata = metadata
  }
}

/// Where to connect, and what to trust there.
package struct Endpoint: Equatable, Sendable {
  package let host: String
  package let port: Int
  /// PEM file of the certificate authority.
  package let authorityFile: String
  /// What the caller shows; nil: nothing.
  package var identity: ClientIdentity?

  package init(host: String, port: Int, authorityFile: String) {
    self.host = host
    self.port = port
    self.authorityFile = authorityFile
  }

  /// Reads `HOST:PORT`, `[IPv6]:PORT`.
  package init(server: String, authorityFile: String) throws(CLIError) {
    guard let colon = server.lastIndex(of: ":"),
      let port = Int(server[server.index(after: colon)...]), 1...65535 ~= port
    else { throw Self.unreadable(server) }
    var host = server[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw Self.unreadable(server)
    }
    guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else {
      throw Self.unreadable(server)
    }
    self.init(host: String(host), port: port, authorityFile: authorityFile)
  }

  private static func unreadable(_ server: String) -> CLIError {
    CLIError(
      .usage, "SERVER_ADDRESS", "\"\(server)\" is no server address: write HOST:PORT",
      field: "--server")
  }
}

/// Makes connections; tests connect to something in their own process.
package protocol Connector: Sendable {
  func withWire(to endpoint: Endpoint, _ body: (any Wire) async throws -> Void) async throws
  func withSandbox(
    at address: String, authorityFile: String, _ body: (any SandboxPort) async throws -> Void
  ) async throws
  /// Shakes hands and tells what was agreed.
  func probe(_ endpoint: Endpoint) async throws -> TLSFindings
}

/// Calls over any gRPC transport.
package struct GRPCWire<Transport: ClientTransport>: Wire {
  private let client: GRPCClient<Transport>

  package init(_ client: GRPCClient<Transport>) { self.client = client }

  package func send<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, metadata: Metadata, timeout: Duration
  ) async throws -> Answer<R.Output> {
    var options = CallOptions.defaults
    options.timeout = timeout
    // A server that is away is an answer for a person at a prompt; the retries are ours.
    options.waitForReady = false
    return try await client.unary(
      request: ClientRequest(message: request, metadata: metadata), descriptor: R.descriptor,
      serializer: ProtobufSerializer<R.Input>(), deserializer: ProtobufDeserializer<R.Output>(),
      options: options
    ) { response in
      Answer(message: try response.message, metadata: response.metadata)
    }
  }

  package func receive<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, metadata: Metadata,
    _ take: @escaping @Sendable (R.Output) async throws -> Void
  ) async throws {
    var options = CallOptions.defaults
    options.waitForReady = false
    try await client.serverStreaming(
      request: ClientRequest(message: request, metadata: metadata), descriptor: R.descriptor,
      serializer: ProtobufSerializer<R.Input>(), deserializer: ProtobufDeserializer<R.Output>(),
      options: options
    ) { response in
      for try await message in response.messages { try await take(message) }
    }
  }

  package func exchange<R: RPC>(
    _ rpc: R.Type, metadata: Metadata, patience: Duration,
    send:
      @escaping @Sendable (_ write: @Sendable (R.Input) async throws -> Void) async throws ->
      Void,
    receive: @escaping @Sendable (R.Output) -> Void
  ) async throws {
    let moves = Moves(), client = client
    let request = StreamingClientRequest<R.Input>(metadata: metadata) { writer in
      try await send { message in
        try await writer.write(message)
        moves.add()
      }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var options = CallOptions.defaults
        options.waitForReady = false
        try await client.bidirectionalStreaming(
          request: request, descriptor: R.descriptor, serializer: ProtobufSerializer<R.Input>(),
          deserializer: ProtobufDeserializer<R.Output>(), options: options
        ) { response in
          for try await message in response.messages {
            receive(message)
            moves.add()
          }
        }
      }
      group.addTask {
        // A stream has no deadline of its own: it is as long as what it carries.
        var seen = -1
        while moves.count != seen {
          seen = moves.count
          try await Task.sleep(for: patience)
        }
        throw RPCError(
          code: .deadlineExceeded, message: "nothing was heard from the server for \(patience)")
      }
      defer { group.cancelAll() }
      try await group.next()
    }
  }
}

/// Counts what goes back and forth on a stream.
private final class Moves: Sendable {
  private let number = Atomic<Int>(0)

  var count: Int { number.load(ordering: .relaxed) }
  func add() { number.add(1, ordering: .relaxed) }
}
