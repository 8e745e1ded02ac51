package import ArgumentParser
internal import BureauAPI
internal import GRPCCore

/// A command that talks to the server of a context.
package protocol ServerCommand: AsyncParsableCommand {
  var globals: GlobalOptions { get }
  func run(with client: Client) async throws
}

extension ServerCommand {
  package mutating func run() async throws {
    let command = self
    try await Client.run(globals) { try await command.run(with: $0) }
  }
}

extension Client {
  /// Connects to the server of the context, for `body`.
  static func run(
    _ globals: GlobalOptions, _ body: (Client) async throws -> Void
  ) async throws {
    let surroundings = Surroundings.current
    let (name, context) = try Contexts.load(surroundings.configuration).find(globals.context)
    let token = try surroundings.token(for: name)
    var endpoint = try Endpoint(server: context.server, authorityFile: context.ca)
    endpoint.identity = try ClientIdentity.find(context, surroundings.environment)
    try context.checkAuthority()
    try await surroundings.connector.withWire(to: endpoint) { wire in
      let client = Client(
        surroundings: surroundings, globals: globals, contextName: name,
        context: context, wire: wire, token: token)
      try await body(client)
    }
  }
}

extension Surroundings {
  /// What proves who is calling: `BUREAU_TOKEN` for service users, else the stored session.
  func token(for context: String) throws(CLIError) -> String? {
    if let token = environment["BUREAU_TOKEN"], !token.isEmpty { return token }
    return try StoredSessions.load(configuration)[context]?.token
  }
}
