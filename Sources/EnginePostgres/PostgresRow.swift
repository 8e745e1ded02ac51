import CPostgres
import Engine

/// One row of an answer, in binary form. Types are exact: an integer is not read as text.
struct PostgresRow: RowSource {
  let result: OpaquePointer
  let row: Int32

  /// The types that mean the same as ours; literals in a statement may be narrower.
  private enum OID {
    static let bool: Set<Oid> = [16]
    static let int: Set<Oid> = [20, 23, 21]
    static let text: Set<Oid> = [25, 1043, 19, 18]
    static let blob: Set<Oid> = [17]
  }

  func isNull(_ column: Int) -> Bool { PQgetisnull(result, row, Int32(column)) == 1 }

  func bool(_ column: Int) throws -> Bool {
    try bytes(column, OID.bool, "a truth value").first == 1
  }

  func int(_ column: Int) throws -> Int64 {
    let bytes = try bytes(column, OID.int, "an integer")
    switch bytes.count {
    case 8: return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
    case 4: return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
    default: return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
    }
  }

  func text(_ column: Int) throws -> String {
    let bytes = try bytes(column, OID.text, "a text")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw wrong(column, "not valid UTF-8")
    }
    return text
  }

  func blob(_ column: Int) throws -> [UInt8] { Array(try bytes(column, OID.blob, "a blob")) }

  func key(_ column: Int) throws -> TenantKey {
    let bytes = try bytes(column, OID.blob, "a blob")
    guard bytes.count == 16 else { throw wrong(column, "a blob of \(bytes.count) bytes, not 16") }
    return TenantKey(
      high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
      low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }

  private func bytes(
    _ column: Int, _ types: Set<Oid>, _ due: String
  ) throws -> UnsafeRawBufferPointer {
    let index = Int32(column)
    guard column < PQnfields(result) else { throw wrong(column, "not selected") }
    guard !isNull(column) else { throw wrong(column, "null instead of \(due)") }
    let type = PQftype(result, index)
    guard types.contains(type) else { throw wrong(column, "of type \(type) instead of \(due)") }
    return UnsafeRawBufferPointer(
      start: PQgetvalue(result, row, index), count: Int(PQgetlength(result, row, index)))
  }

  private func wrong(_ column: Int, _ what: String) -> EngineError {
    let name = PQfname(result, Int32(column)).map { String(cString: $0) }
    return .decoding("column \(column) (\(name ?? "not selected")) is \(what)")
  }
}
