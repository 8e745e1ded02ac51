import AuditTrail
import Crypto
import Primitives
import Testing

/// A key that signs statements, as a bureau's server does.
struct Signer {
  let key = Curve25519.Signing.PrivateKey()
  var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

  func sign(_ statement: Statement, beside other: Signer? = nil) throws -> SignedStatement {
    SignedStatement(
      statement,
      signatures: try [self, other].compactMap { signer in
        try signer.map { Array(try $0.key.signature(for: Array(statement.text.utf8))) }
      })
  }

  func statement(_ kind: Statement.Kind, after last: Statement? = nil) -> Statement {
    Statement(
      bureau: [UInt8](repeating: 0xB0, count: 16), number: (last?.number ?? 0) + 1,
      time: Instant(microseconds: 1_772_438_400_000_001 + (last?.number ?? 0)),
      previous: last?.digest ?? Statement.nothingBefore, key: publicKey, kind: kind)
  }
}

@Suite struct StatementTests {
  private let signer = Signer(), next = Signer()
  private let root = [UInt8](repeating: 7, count: 32)

  private var kinds: [Statement.Kind] {
    [.checkpoint(size: 3, root: root), .rotation(newKey: next.publicKey), .restored]
  }

  @Test func `a checkpoint's text is the one that is documented`() {
    var statement = signer.statement(.checkpoint(size: 3, root: root))
    statement.key = [UInt8](repeating: 0xAB, count: 32)
    #expect(
      statement.text == """
        bureau/checkpoint/v2
        bureau b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0
        number 1
        time 2026-03-02T08:00:00.000001Z
        previous 0000000000000000000000000000000000000000000000000000000000000000
        key abababababababababababababababababababababababababababababababab
        size 3
        root 0707070707070707070707070707070707070707070707070707070707070707

        """)
  }

  @Test func `every statement is read back as it was written`() throws {
    for kind in kinds {
      let statement = signer.statement(kind)
      let isRotation = statement.nextKey != signer.publicKey
      let signed = try signer.sign(statement, beside: isRotation ? next : nil)
      #expect(Statement(text: statement.text) == statement)
      #expect(SignedStatement(file: signed.file) == signed)
      #expect(signed.isGenuine)
    }
  }

  @Test func `no byte of a signed file can be changed unnoticed`() throws {
    for kind in kinds {
      let statement = signer.statement(kind)
      let isRotation = statement.nextKey != signer.publicKey
      let file = try signer.sign(statement, beside: isRotation ? next : nil).file
      for index in file.indices {
        for bit in [UInt8(1), 0x20] {
          var changed = file
          changed[index] ^= bit
          #expect(SignedStatement(file: changed)?.isGenuine != true, "byte \(index)")
        }
      }
      for cut in 0..<file.count {
        #expect(SignedStatement(file: Array(file.prefix(cut)))?.isGenuine != true)
      }
      #expect(SignedStatement(file: file + [0x0A]) == nil)
    }
  }

  @Test func `a rotation without the old key's signature is none`() throws {
    let statement = signer.statement(.rotation(newKey: next.publicKey))
    let both = try signer.sign(statement, beside: next)
    #expect(!SignedStatement(statement, signatures: [both.signatures[0]]).isGenuine)
    #expect(!SignedStatement(statement, signatures: [both.signatures[1]]).isGenuine)
    #expect(!SignedStatement(statement, signatures: both.signatures.reversed()).isGenuine)
  }

  // MARK: The chain

  private func chain() throws -> [SignedStatement] {
    var all: [SignedStatement] = []
    func add(_ signer: Signer, _ kind: Statement.Kind, beside: Signer? = nil) throws {
      all.append(
        try signer.sign(signer.statement(kind, after: all.last?.statement), beside: beside))
    }
    try add(signer, .checkpoint(size: 1, root: root))
    try add(signer, .checkpoint(size: 2, root: root))
    try add(signer, .rotation(newKey: next.publicKey), beside: next)
    try add(next, .checkpoint(size: 3, root: root))
    return all
  }

  @Test func `a whole chain over a change of keys holds`() throws {
    let all = try chain()
    let chain = WitnessChain(all.reversed(), isWhole: true)
    #expect(chain.findings == [])
    #expect(chain.newestCheckpoint == all[3])
  }

  @Test func `a statement that is missing, doubled or another's is found`() throws {
    let all = try chain()
    for index in 0..<3 {
      var cut = all
      cut.remove(at: index)
      let number = index + 1
      #expect(
        WitnessChain(cut, isWhole: true).findings.first?.contains(
          "statement \(number) is missing") == true)
    }
    #expect(WitnessChain([all[1], all[3]], isWhole: false).findings == [])
    #expect(WitnessChain(all + [all[1]], isWhole: true).findings.count == 1)
    // Made again from the second on, with the same key: the third does not follow.
    let again = try signer.sign(
      signer.statement(.checkpoint(size: 9, root: root), after: all[0].statement))
    #expect(
      WitnessChain([all[0], again, all[2], all[3]], isWhole: true).findings == [
        "Witness: statement 3 does not follow the one before."
      ])
    // Signed with a key that nobody has handed over to.
    let stranger = Signer()
    let swapped = try stranger.sign(
      stranger.statement(.checkpoint(size: 9, root: root), after: all[0].statement))
    #expect(
      WitnessChain([all[0], swapped], isWhole: true).findings == [
        "Witness: statement 2 is signed with another key than the one before allows."
      ])
  }

  @Test func `what came before the journals were put back vouches for nothing`() throws {
    let all = try chain()
    let restored = try next.sign(next.statement(.restored, after: all[3].statement))
    #expect(WitnessChain(all + [restored], isWhole: true).newestCheckpoint == nil)
    let after = try next.sign(
      next.statement(.checkpoint(size: 1, root: root), after: restored.statement))
    let whole = WitnessChain(all + [restored, after], isWhole: true)
    #expect(whole.newestCheckpoint == after)
    #expect(whole.findings == [])
  }

  @Test func `a list of heads is read back, and refused out of order`() {
    let leaves = MerkleTreeTests.leaves(5)
    #expect(HeadList.parse(Array(HeadList.text(leaves).utf8)) == leaves)
    #expect(HeadList.parse(Array(HeadList.text(leaves.reversed()).utf8)) == nil)
    #expect(HeadList.parse(Array(HeadList.text([leaves[0], leaves[0]]).utf8)) == nil)
    #expect(HeadList.parse(Array("bureau/heads/v1\n00 1 00\n".utf8)) == nil)
  }
}
