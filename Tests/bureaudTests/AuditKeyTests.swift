import AuditTrail
import Domain
import Foundation
import Primitives
import Server
import Testing
import bureaud

@Suite struct AuditKeyTests {
  private let time = Instant(microseconds: 1_772_438_400_000_000)
  private let bureaus: [ID<Bureau>] = [1, 2].compactMap {
    ID(bytes: [UInt8](repeating: $0, count: 16))
  }

  /// A home with an audit key outside of it, and a witness of two bureaus.
  private func withKey(_ body: (Home, URL, FolderWitness) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-key-\(UInt64.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    let home = Home(folder: folder.appending(path: "home"))
    let file = folder.appending(path: "volume/audit.key")
    let witness = FolderWitness(folder: folder.appending(path: "witness"))
    try prepare(home, file, witness)
    let key = try home.auditKey(file)
    for bureau in bureaus {
      #expect(try witness.append(checkpoint(key, bureau, after: nil), leaves: []))
    }
    try body(home, file, witness)
  }

  private func prepare(_ home: Home, _ file: URL, _ witness: FolderWitness) throws {
    _ = try home.prepare(
      hostnames: ["localhost"], now: Date(timeIntervalSince1970: 1_772_438_400), auditKey: file,
      witness: witness)
  }

  private func checkpoint(_ key: AuditKey, _ bureau: ID<Bureau>, after last: Statement?) throws
    -> SignedStatement
  {
    try key.sign(
      .checkpoint(size: 0, root: MerkleTree([]).root), of: bureau, after: last, at: time)
  }

  @Test func `a key is made once, for its owner's eyes, where the setting says`() throws {
    try withKey { home, file, witness in
      let content = try Data(contentsOf: file)
      let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
      #expect(mode as? Int == 0o600)
      try prepare(home, file, witness)
      #expect(try Data(contentsOf: file) == content)
    }
  }

  @Test func `a key that is missed is not made anew`() throws {
    try withKey { home, file, witness in
      try FileManager.default.removeItem(at: file)
      let fault = #expect(throws: Home.Fault.self) { try prepare(home, file, witness) }
      #expect(fault?.description.contains("restore the key") == true)
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
  }

  @Test func `a new key takes over every bureau's chain, signed by both`() throws {
    try withKey { home, file, witness in
      let old = try home.auditKey(file)
      let next = try home.rotateAuditKey(file, at: witness, now: time)
      #expect(try home.auditKey(file).publicKey == next.publicKey)
      #expect(next.publicKey != old.publicKey)
      try witness.requireKey(next.publicKey)
      #expect(throws: WitnessError.self) { try witness.requireKey(old.publicKey) }
      for bureau in bureaus {
        let last = try #require(try witness.newest(of: bureau)).statement
        #expect(try witness.append(checkpoint(next, bureau, after: last), leaves: []))
        let statements = try (1...3).compactMap { try witness.statement($0, of: bureau) }
        #expect(WitnessChain(statements, isWhole: true).findings == [])
      }
    }
  }

  @Test func `an interrupted change of keys is finished by the next`() throws {
    try withKey { home, file, witness in
      let old = try home.auditKey(file)
      // The new key waits, and one bureau has been handed over.
      let waiting = file.appendingPathExtension("next")
      try Data(repeating: 5, count: 32).write(to: waiting)
      let next = try home.auditKey(waiting)
      let last = try #require(try witness.newest(of: bureaus[0])).statement
      let handover = try old.rotate(to: next, of: bureaus[0], after: last, at: time)
      #expect(try witness.append(handover, leaves: nil))
      #expect(throws: WitnessError.self) { try witness.requireKey(old.publicKey) }
      #expect(try home.rotateAuditKey(file, at: witness, now: time).publicKey == next.publicKey)
      try witness.requireKey(next.publicKey)
      #expect(try witness.newestNumber(of: bureaus[0]) == 2)
      #expect(!FileManager.default.fileExists(atPath: waiting.path))
    }
  }

  @Test func `a key that is not the witness's hands nothing over`() throws {
    try withKey { home, file, witness in
      try Data(repeating: 7, count: 32).write(to: file)
      #expect(throws: WitnessError.self) {
        try home.rotateAuditKey(file, at: witness, now: time)
      }
      #expect(try Data(contentsOf: file) == Data(repeating: 7, count: 32))
      #expect(try witness.newestNumber(of: bureaus[0]) == 1)
    }
  }
}

@Suite struct FolderWitnessTests {
  private let time = Instant(microseconds: 1_772_438_400_000_000)

  private func withFolder(_ body: (URL, ID<Bureau>, AuditKey) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-witness-\(UInt64.random(in: .min ... .max))")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let bureau = try #require(ID<Bureau>(bytes: [UInt8](repeating: 1, count: 16)))
    try body(folder, bureau, try AuditKey(seed: [UInt8](repeating: 2, count: 32)))
  }

  @Test func `a number that is taken is left as it is, and no draft stays behind`() throws {
    try withFolder { folder, bureau, key in
      let witness = FolderWitness(folder: folder), root = MerkleTree([]).root
      let first = try key.sign(.checkpoint(size: 0, root: root), of: bureau, after: nil, at: time)
      let second = try key.sign(.restored, of: bureau, after: nil, at: time)
      #expect(try witness.append(first, leaves: []))
      #expect(try !witness.append(second, leaves: nil))
      #expect(try witness.statement(1, of: bureau) == first)
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder.appending(path: bureau.hex).path)
      #expect(Set(names) == ["000000000001.statement", "\(root.hexadecimal).heads"])
      #expect(try witness.newestCheckpoint(of: bureau)?.leaves == [])
    }
  }

  @Test func `a folder that cannot be used is said to be out of reach`() throws {
    try withFolder { folder, bureau, key in
      // Root reads and writes everywhere; nobody makes a folder of a file.
      let file = folder.appending(path: "file")
      try Data("x".utf8).write(to: file)
      let witness = FolderWitness(folder: file)
      let signed = try key.sign(.restored, of: bureau, after: nil, at: time)
      for attempt in [
        { _ = try witness.append(signed, leaves: nil) }, { _ = try witness.bureaus() },
      ] as [() throws -> Void] {
        let error = #expect(throws: WitnessError.self) { try attempt() }
        #expect(error?.reason == "WITNESS_UNAVAILABLE")
      }
      #expect(try Data(contentsOf: file) == Data("x".utf8))
    }
  }

  @Test func `a statement that is cut off or another's is damage, not a checkpoint`() throws {
    try withFolder { folder, bureau, key in
      let witness = FolderWitness(folder: folder)
      let signed = try key.sign(
        .checkpoint(size: 0, root: MerkleTree([]).root), of: bureau, after: nil, at: time)
      #expect(try witness.append(signed, leaves: []))
      let file = folder.appending(path: "\(bureau.hex)/000000000001.statement")
      for content in [Data(signed.file.prefix(100)), Data()] {
        try content.write(to: file)
        let error = #expect(throws: WitnessError.self) {
          try witness.newestCheckpoints(signedBy: key.publicKey)
        }
        #expect(error?.reason == "WITNESS_DAMAGED")
      }
      // The text of one bureau under the name of another.
      let other = try #require(ID<Bureau>(bytes: [UInt8](repeating: 3, count: 16)))
      try Data(signed.file).write(to: file)
      try FileManager.default.moveItem(
        at: folder.appending(path: bureau.hex), to: folder.appending(path: other.hex))
      #expect(throws: WitnessError.self) { try witness.newest(of: other) }
    }
  }
}
