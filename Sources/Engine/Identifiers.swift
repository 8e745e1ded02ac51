import Foundation
package import Primitives

// Typed ids are stored as blobs of their sixteen bytes.

extension TenantKey {
  /// The key of the tenant with this id.
  package init<Of>(_ id: ID<Of>) {
    let (high, low) = withUnsafeBytes(of: id.uuid.uuid) { bytes in
      (
        bytes.loadUnaligned(as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
      )
    }
    self.init(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
  }

  /// The key as the id of a thing of kind `Of`.
  package func id<Of>(_: Of.Type = Of.self) -> ID<Of> {
    var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    withUnsafeMutableBytes(of: &value) { bytes in
      bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
      bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }
    return ID(UUID(uuid: value))
  }
}

extension ID: SQLBindable {
  package static var sqlType: SQLType { .blob }
  package var sqlValue: SQLValue { .key(TenantKey(self)) }
}

extension ID: SQLDecodable {
  package static func decode(_ row: borrowing Row, _ column: Int) throws -> ID {
    try row.key(column).id()
  }
}
