internal import Crypto
internal import Foundation

/// Request ids that follow from what is asked, so that asking again is the same request.
enum RequestID {
  /// A UUID (version 8, RFC 9562) from the SHA-256 of the given parts, told apart by length.
  static func derived(_ domain: String, _ parts: String...) -> String {
    derived(domain, parts.map { Data($0.utf8) })
  }

  static func derived(_ domain: String, _ parts: [Data]) -> String {
    var hash = SHA256()
    for part in [Data(domain.utf8)] + parts {
      withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: part)
    }
    var bytes = Array(hash.finalize().prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = Array("0123456789abcdef")
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text.append("-") }
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return text
  }
}
