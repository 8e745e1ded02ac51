import ArgumentParser
import Domain
import Engine
import Foundation
import Logging
import Primitives
import Server
import Storage
import Testing

@testable import bureaud

@Suite struct MasterKeyTests {
  private func withHome(
    _ body: (Home, ServerConfiguration) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-master-\(UInt64.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let configuration = try ServerConfiguration.load(
      flags: ["home": folder.path], environment: [:])
    let home = Home(folder: folder)
    _ = try home.prepare(
      hostnames: ["localhost"], now: Date(timeIntervalSince1970: 1_772_438_400),
      auditKey: configuration.auditKey, masterKey: configuration.masterKey,
      witness: FolderWitness(folder: configuration.witnessFolder))
    try await body(home, configuration)
  }

  @Test func `init makes a master key once, for its owner's eyes`() async throws {
    try await withHome { home, configuration in
      let file = configuration.masterKey
      let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
      #expect(mode as? Int == 0o600)
      let key = try Home.masterKeys(configuration)
      #expect(key.count == 1)
      _ = try home.prepare(
        hostnames: ["localhost"], now: Date(timeIntervalSince1970: 1_772_438_400),
        auditKey: configuration.auditKey, masterKey: file,
        witness: FolderWitness(folder: configuration.witnessFolder))
      #expect(try Home.masterKeys(configuration) == key)
    }
  }

  @Test func `a missing or damaged key is named, with what to do`() async throws {
    try await withHome { _, configuration in
      try Data("nonsense\n".utf8).write(to: configuration.masterKey)
      let damaged = #expect(throws: Home.Fault.self) { try Home.masterKeys(configuration) }
      #expect(damaged?.description.contains("holds no master key") == true)
      #expect(damaged?.description.contains("nonsense") == false)
      try FileManager.default.removeItem(at: configuration.masterKey)
      let missing = #expect(throws: Home.Fault.self) { try Home.masterKeys(configuration) }
      #expect(missing?.description.contains("restore it from your backup") == true)
    }
  }

  @Test func `the environment's key takes the place of the file and is shown nowhere`() async throws
  {
    try await withHome { home, configuration in
      let text = Data([UInt8](repeating: 7, count: 32)).base64EncodedString()
      let other = try ServerConfiguration.load(
        flags: ["home": home.folder.path], environment: ["BUREAU_MASTER_KEY": text])
      #expect(try Home.masterKeys(other).map(\.id) == [MasterKey.list(text)[0].id])
      #expect(try Home.masterKeys(other) != Home.masterKeys(configuration))
      #expect(!other.effectiveText.contains(text))
    }
  }

  @Test func `a change of keys leaves the new key alone and the old one beside it`() async throws {
    try await withHome { _, configuration in
      let file = configuration.masterKey
      let old = try Home.masterKeys(configuration)
      try Home.addMasterKey(file)
      let both = try Home.masterKeys(configuration)
      #expect(both.count == 2)
      #expect(both.last == old.first)
      let retired = try #require(try Home.retireMasterKeys(file))
      #expect(try Home.masterKeys(configuration) == [both[0]])
      #expect(try MasterKey.list(String(contentsOf: retired, encoding: .utf8)) == old)
      #expect(try Home.retireMasterKeys(file) == nil)
    }
  }

  @Test func `rotate seals under a new key, and refuses to where the old one does not fit`()
    async throws
  {
    try await withHome { home, configuration in
      let file = configuration.masterKey, old = try Data(contentsOf: file)
      for _ in 1...2 {
        let rotate = try SecretsCommand.Rotate.parse(["--home", home.folder.path])
        try await rotate.run()
      }
      let key = try Home.masterKeys(configuration)
      #expect(key.count == 1)
      #expect(try Data(contentsOf: file) != old)
      try await SecretsCommand.Check.parse(["--home", home.folder.path]).run()
      let foreign = Data([UInt8](repeating: 7, count: 32)).base64EncodedData()
      try foreign.write(to: file)
      await #expect(throws: Home.Fault.self) {
        try await SecretsCommand.Rotate.parse(["--home", home.folder.path]).run()
      }
      #expect(try Data(contentsOf: file) == foreign)
      await #expect(throws: Home.Fault.self) {
        try await SecretsCommand.Check.parse(["--home", home.folder.path]).run()
      }
    }
  }

  @Test func `a server with another master key does not start, and says which it needs`()
    async throws
  {
    try await withHome { home, configuration in
      func start(_ configuration: ServerConfiguration) async throws {
        let wiring = try await Wiring.make(
          configuration, home: home, sources: .system, identity: NoIdentity(),
          logger: Logger(label: "test"))
        await wiring.database.close()
      }
      try await start(configuration)
      let needed = try Home.masterKeys(configuration)[0].id
      let text = Data([UInt8](repeating: 7, count: 32)).base64EncodedString()
      let other = try ServerConfiguration.load(
        flags: ["home": home.folder.path], environment: ["BUREAU_MASTER_KEY": text])
      let fault = await #expect(throws: Home.Fault.self) { try await start(other) }
      #expect(fault?.description.contains(needed) == true)
      // The pair of both is let in: so a key is changed.
      let file = try String(contentsOf: configuration.masterKey, encoding: .utf8)
      try await start(
        ServerConfiguration.load(
          flags: ["home": home.folder.path],
          environment: ["BUREAU_MASTER_KEY": "\(text),\(file)"]))
    }
  }
}
