import ArgumentParser
import Engine
import Foundation
import Server
import Storage

/// The master key and what is sealed under it.
struct SecretsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets", abstract: "The master key, under which secrets are sealed.",
    subcommands: [Check.self, Rotate.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows which master keys the database needs and which are at hand, by their ids.")

    @OptionGroup var common: CommonOptions

    func run() async throws {
      let configuration = try common.load()
      let given = try Home.masterKeys(configuration).map(\.id)
      let needed = try await SecretsCommand.with(configuration, opening: { try await $0.reading() })
      {
        try await $0.requireSchema(Schema.migrations)
        return try await SealedSecrets.ids(in: $0)
      }
      print("at hand:    \(given.joined(separator: ", ")) (the first seals)")
      print("needed:     \(needed.isEmpty ? "none yet" : needed.joined(separator: ", "))")
      guard needed.allSatisfy(given.contains) else {
        throw OtherMasterKey(needed: needed, given: given).fault
      }
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Seals every secret under a new master key; the servers are stopped.",
      discussion: """
        With the key in its file a new one is made; the old one is put beside it, since backups \
        of before need it. With BUREAU_MASTER_KEY put the new key first and the old one after it, \
        run this, then take the old one out. Can be run again where it was interrupted.
        """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
      let configuration = try common.load()
      let isFile = configuration.masterKeyText == nil
      let count = try await SecretsCommand.with(
        configuration, opening: { try await $0.open() }
      ) { database in
        try await database.migrate(Schema.migrations)
        // The key must fit before another is put in its place; after an interruption the new one
        // is there already.
        let before = try Home.masterKeys(configuration)
        let needed = try await SealedSecrets.ids(in: database), given = before.map(\.id)
        guard needed.allSatisfy(given.contains) else {
          throw OtherMasterKey(needed: needed, given: given).fault
        }
        if isFile, before.count == 1 { try Home.addMasterKey(configuration.masterKey) }
        return try await SealedSecrets.take(
          Home.secretBox(configuration, .system), in: database, isOnly: true)
      }
      print("sealed anew: \(count)")
      if isFile, let retired = try Home.retireMasterKeys(configuration.masterKey) {
        print("the old key: \(retired.path) (backups of before need it; keep it with them)")
      }
      print("master key:  \(try Home.masterKeys(configuration)[0].id)")
    }
  }

  private static func with<Result: Sendable>(
    _ configuration: ServerConfiguration,
    opening: (DatabaseLocation) async throws -> any Database,
    _ body: (any Database) async throws -> Result
  ) async throws -> Result {
    let database: any Database
    do { database = try await opening(configuration.location) } catch let error as EngineError {
      throw DatabaseFault(error)
    }
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(database)) } catch { result = .failure(error) }
    await database.close()
    return try result.get()
  }
}
