import CPostgres
import Engine

/// A statement as the server has parsed it, found again by its name.
final class PreparedStatement {
  let name: String
  let shape: SQL.Shape
  /// The types it was parsed for: one text may be used with values of other types.
  let types: [Oid]

  init(name: String, shape: SQL.Shape, types: [Oid]) {
    self.name = name
    self.shape = shape
    self.types = types
  }
}

/// The prepared statements of one connection, found by the shape of their SQL and the types of
/// their values.
struct StatementNames {
  /// Beyond this, statements are parsed each time; between two transactions all are forgotten.
  static let limit = 512

  private var known: [SQL.Shape: [PreparedStatement]] = [:]
  private(set) var count = 0
  private var named = 0

  var isFull: Bool { count >= Self.limit }

  func find(_ shape: SQL.Shape, _ types: [Oid]) -> PreparedStatement? {
    known[shape]?.first { $0.types == types }
  }

  mutating func name(_ shape: SQL.Shape, _ types: [Oid]) -> PreparedStatement {
    named += 1
    let statement = PreparedStatement(name: "p\(named)", shape: shape, types: types)
    known[shape, default: []].append(statement)
    count += 1
    return statement
  }

  mutating func forget(_ statement: PreparedStatement) {
    guard let index = known[statement.shape]?.firstIndex(where: { $0 === statement }) else {
      return
    }
    known[statement.shape]?.remove(at: index)
    count -= 1
  }

  /// Names are never used twice, so what the server still knows does no harm.
  mutating func forgetAll() {
    known = [:]
    count = 0
  }
}

/// The values of one statement in binary form, as libpq takes them. Its room is used again.
struct Parameters {
  private(set) var types: [Oid] = []
  private var bytes: [UInt8] = []
  private var starts: [Int] = []
  private var lengths: [Int32] = []
  private var formats: [Int32] = []
  private var pointers: [UnsafePointer<CChar>?] = []

  /// How many bytes the values take.
  var size: Int { bytes.count }

  /// Takes the values in. Returns what is wrong with one of them.
  mutating func fill(_ values: [SQLValue]) -> EngineError? {
    types.removeAll(keepingCapacity: true)
    // A big blob's room is given back.
    bytes.removeAll(keepingCapacity: bytes.capacity <= 256 * 1024)
    starts.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    for (index, value) in values.enumerated() {
      types.append(value.type.oid)
      let start = bytes.count
      switch value {
      case .null:
        starts.append(-1)
        lengths.append(0)
        continue
      case .bool(let bool): bytes.append(bool ? 1 : 0)
      case .int(let int): withUnsafeBytes(of: int.bigEndian) { bytes.append(contentsOf: $0) }
      case .text(let text):
        bytes.append(contentsOf: text.utf8)
        if bytes[start...].contains(0) {
          return .check("value \(index + 1) is a text with NUL, which no engine keeps")
        }
      case .blob(let blob): bytes.append(contentsOf: blob)
      case .key(let key):
        withUnsafeBytes(of: (key.high.bigEndian, key.low.bigEndian)) {
          bytes.append(contentsOf: $0)
        }
      }
      guard let length = Int32(exactly: bytes.count - start) else {
        return .check("value \(index + 1) is too big")
      }
      starts.append(start)
      lengths.append(length)
    }
    while formats.count < values.count { formats.append(1) }
    return nil
  }

  /// Hands them over: how many, where each is, how long, and that all are binary.
  mutating func withPointers(
    _ body: (
      Int32, UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?,
      UnsafePointer<Int32>?
    ) -> Int32
  ) -> Int32 {
    // Never empty, so that an empty value has an address and is not taken for a missing one.
    if bytes.isEmpty { bytes.append(0) }
    return bytes.withUnsafeBytes { buffer in
      pointers.removeAll(keepingCapacity: true)
      for start in starts {
        pointers.append(
          start < 0
            ? nil : buffer.baseAddress.map { ($0 + start).assumingMemoryBound(to: CChar.self) })
      }
      return types.withUnsafeBufferPointer { types in
        pointers.withUnsafeBufferPointer { pointers in
          lengths.withUnsafeBufferPointer { lengths in
            formats.withUnsafeBufferPointer { formats in
              body(
                Int32(pointers.count), types.baseAddress, pointers.baseAddress,
                lengths.baseAddress, formats.baseAddress)
            }
          }
        }
      }
    }
  }
}

extension SQLValue {
  fileprivate var type: SQLType {
    switch self {
    case .null(let type): type
    case .bool: .bool
    case .int: .int
    case .text: .text
    case .blob, .key: .blob
    }
  }
}

extension SQLType {
  /// The type's number in PostgreSQL: bool, int8, text, bytea.
  fileprivate var oid: Oid {
    switch self {
    case .bool: 16
    case .int: 20
    case .text: 25
    case .blob: 17
    }
  }
}
