import AuditTrail
import BureauAPI
import Domain
import Engine
import Foundation
import Primitives
import Server
import Storage
import EngineKit
import TestKit
import Testing

@Suite(.everyEngine) struct CheckpointTests {
  /// Something that moves a head.
  private func works(_ bureau: TestBureau) async throws {
    _ = try await bureau.makeCompany("Nok en AS")
  }

  private func numbers(_ bureau: TestBureau) throws -> Int64 {
    try bureau.world.witness.newestNumber(of: bureau.id)
  }

  @Test func `J checkpoints come by the clock, and only when heads have moved`() async throws {
    try await withBureau(at: "2026-03-02T08:00:00Z") { bureau in
      try await bureau.settle()
      #expect(try numbers(bureau) == 1)
      try await works(bureau)
      try await bureau.turnClock(to: "2026-03-02T08:14:00Z")
      #expect(try numbers(bureau) == 1, "the interval is not over")
      try await bureau.turnClock(to: "2026-03-02T08:16:00Z")
      #expect(try numbers(bureau) == 2)
      try await bureau.turnClock(to: "2026-03-03T08:00:00Z")
      #expect(try numbers(bureau) == 2, "nothing has moved since")
      let checkpoint = try #require(try bureau.world.witness.newestCheckpoint(of: bureau.id))
      #expect(checkpoint.heads == (try await bureau.journals()))
      #expect(checkpoint.time.rfc3339 == "2026-03-02T08:16:00Z")
    }
  }

  @Test func `a witness out of reach stops no work, is told, and is tried again`() async throws {
    try await withBureau { bureau in
      let world = bureau.world
      try await bureau.settle()
      world.witness.goes(away: true)
      try await works(bureau)
      try await bureau.turnClock(to: "2026-03-02T08:20:00Z")
      let publisher = try world.server.publisher
      #expect(publisher.status.failedInARow > 0)
      #expect(publisher.status.lastFailure?.contains("nobody is there") == true)
      #expect(world.log.lines.contains { $0.contains("checkpoint failed") })
      let refused = try await bureau.refusal { try await bureau.administrator.leavesCheckpoint() }
      #expect(refused.reason == "WITNESS_UNAVAILABLE")
      try await works(bureau)
      world.witness.goes(away: false)
      try await bureau.turnClock(to: "2026-03-02T08:22:00Z")
      #expect(publisher.status.failedInARow == 0)
      #expect(try numbers(bureau) == 2)
    }
  }

  @Test func `servers that publish at the same time make one chain`() async throws {
    try await withBureau { bureau in
      let world = bureau.world
      let publishers = try (0..<4).map { _ in
        CheckpointPublisher(
          database: try world.database, key: world.auditKey, witness: world.witness,
          now: { world.clock.now }, logger: world.log.logger)
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for publisher in publishers {
          group.addTask {
            for _ in 0..<4 {
              _ = try await bureau.makeCompany("Nok en AS")
              try await publisher.publish(bureau.id)
            }
          }
        }
        try await group.waitForAll()
      }
      let count = try numbers(bureau)
      let statements = try (1...count).compactMap {
        try world.witness.statement($0, of: bureau.id)
      }
      let chain = WitnessChain(statements, isWhole: true)
      #expect(chain.findings == [])
      #expect(chain.statements.count == Int(count))
      // What a later one vouches for is never less.
      var sequences: [ID<Company>: Int64] = [:]
      for number in 1...count {
        let checkpoint = try #require(try world.witness.checkpoint(number, of: bureau.id))
        for head in checkpoint.heads {
          #expect(head.sequence >= sequences[head.company, default: 0])
          sequences[head.company] = head.sequence
        }
      }
      let heads = try await bureau.journals()
      #expect(
        sequences == Dictionary(uniqueKeysWithValues: heads.map { ($0.company, $0.sequence) }))
      #expect(heads.first?.sequence ?? 0 > 16)
    }
  }

  @Test func `T a bureau's checkpoint says nothing of another bureau`() async throws {
    try await withBureau { bureau in
      let other = try await TestBureau.founded(in: bureau.world, name: "Annet Regnskap AS")
      try await bureau.settle()
      let witness = bureau.world.witness
      #expect(Set(try witness.bureaus()) == [bureau.id, other.id])
      for (one, another) in [(bureau, other), (other, bureau)] {
        let checkpoint = try #require(try witness.newestCheckpoint(of: one.id))
        #expect(checkpoint.heads == (try await one.journals()))
        let theirs = try await another.journals()
        let files =
          String(decoding: checkpoint.signed.file, as: UTF8.self)
          + HeadList.text(checkpoint.leaves)
        for head in theirs { #expect(!files.contains(head.company.hex)) }
      }
    }
  }

  @Test func `a server with another key signs nothing`() async throws {
    try await withBureau { bureau in
      let world = bureau.world
      try await bureau.settle()
      let key = try AuditKey(seed: [UInt8](repeating: 9, count: 32))
      #expect(throws: WitnessError.self) { try world.witness.requireKey(key.publicKey) }
      try world.witness.requireKey(world.auditKey.publicKey)
      let stranger = CheckpointPublisher(
        database: try world.database, key: key, witness: world.witness,
        now: { world.clock.now }, logger: world.log.logger)
      try await works(bureau)
      await #expect(throws: WitnessError.keyDiffers("Statement 1 of bureau \(bureau.id.hex)")) {
        try await stranger.publish(bureau.id)
      }
      // Handed over by both, the new key goes on where the old one stopped.
      let last = try #require(try world.witness.newest(of: bureau.id))
      let rotation = try world.auditKey.rotate(
        to: key, of: bureau.id, after: last.statement, at: world.clock.now)
      #expect(try world.witness.append(rotation, leaves: nil))
      #expect(try world.witness.newestCheckpoints(signedBy: key.publicKey).count == 1)
      #expect(try await stranger.publish(bureau.id).number == 3)
      let verdict = try await StoredAudit(database: world.database, witness: world.witness)
        .verify(bureau.id, publicKey: key.publicKey)
      #expect(verdict.integrity == .ok && verdict.completeness == .ok)
    }
  }

  @Test func `journals that fall behind a checkpoint are not signed over`() async throws {
    try await withBureau { bureau in
      let world = bureau.world
      try await bureau.settle()
      // A checkpoint of more facts than there are, as after an old copy was put back.
      var leaves = try await bureau.journals().map(\.leaf)
      leaves[0].sequence += 1
      let last = try #require(try world.witness.newest(of: bureau.id))
      let ahead = try world.auditKey.sign(
        .checkpoint(size: Int64(leaves.count), root: MerkleTree(leaves).root), of: bureau.id,
        after: last.statement, at: world.clock.now)
      #expect(try world.witness.append(ahead, leaves: leaves))
      let refused = try await bureau.refusal { try await bureau.administrator.leavesCheckpoint() }
      #expect(refused.reason == "CHECKPOINT_CONTRADICTED")
      let audit = try await bureau.administrator.verifiesAudit()
      #expect(audit.integrity && !audit.completeness)
      // An operator says so, for everyone to read; then checkpoints go on.
      _ = try world.server.publisher.declareRestored(bureau.id)
      #expect(try world.witness.newestCheckpoints(signedBy: world.auditKey.publicKey).isEmpty)
      _ = try await bureau.administrator.leavesCheckpoint()
      let after = try await bureau.administrator.verifiesAudit()
      #expect(after.integrity && after.completeness)
    }
  }

  @Test func `whatever is changed in the witness folder is found`() async throws {
    try await withBureau { bureau in
      let world = bureau.world
      _ = try await bureau.administrator.leavesCheckpoint()
      try await works(bureau)
      _ = try await bureau.administrator.leavesCheckpoint()
      let folder = world.witness.folder.appending(path: bureau.id.hex)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(names.count == 4)
      let old = try #require(try world.witness.checkpoint(1, of: bureau.id))
      let oldHeads = "\(MerkleTree(old.leaves).root.hexadecimal).heads"
      for name in names {
        let file = folder.appending(path: name)
        let content = try Data(contentsOf: file)
        var changed = content
        changed[content.count - 10] ^= 1
        try changed.write(to: file)
        let audit = try await bureau.administrator.verifiesAudit()
        // The heads of an older checkpoint are not looked at.
        let isOldHeads = name == oldHeads
        #expect(audit.integrity == isOldHeads, "\(name): \(audit.findings)")
        try content.write(to: file)
      }
      #expect(try await bureau.administrator.verifiesAudit().integrity)
    }
  }
}
