package import AuditTrail
import Crypto
package import Domain
package import Primitives

/// Signs statements for the witness. The key lies apart from the database, best on another volume;
/// only its public half is ever shown.
package struct AuditKey: Sendable {
  private let key: Curve25519.Signing.PrivateKey

  /// 32 bytes.
  package init(seed: [UInt8]) throws {
    key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
  }

  package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

  /// The statement that follows `last` in a bureau's chain.
  package func sign(
    _ kind: Statement.Kind, of bureau: ID<Bureau>, after last: Statement?, at time: Instant
  ) throws -> SignedStatement {
    let statement = statement(kind, of: bureau, after: last, at: time)
    return SignedStatement(statement, signatures: [try signature(of: statement)])
  }

  /// The statement that hands a bureau's chain over to another key, signed by both.
  package func rotate(
    to next: AuditKey, of bureau: ID<Bureau>, after last: Statement, at time: Instant
  ) throws -> SignedStatement {
    let statement = statement(
      .rotation(newKey: next.publicKey), of: bureau, after: last, at: time)
    return SignedStatement(
      statement, signatures: [try signature(of: statement), try next.signature(of: statement)])
  }

  private func statement(
    _ kind: Statement.Kind, of bureau: ID<Bureau>, after last: Statement?, at time: Instant
  ) -> Statement {
    Statement(
      bureau: bureau.bytes, number: (last?.number ?? 0) + 1, time: time,
      previous: last?.digest ?? Statement.nothingBefore, key: publicKey, kind: kind)
  }

  private func signature(of statement: Statement) throws -> [UInt8] {
    Array(try key.signature(for: Array(statement.text.utf8)))
  }
}
