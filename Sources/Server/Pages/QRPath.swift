internal import CQREncode

/// A QR code as one path of an SVG picture: a square of one unit for each dark module.
struct QRPath: Equatable, Sendable {
  /// Units on a side, with the light border of four modules that the standard asks for.
  let size: Int
  let path: String

  private static let border = 4

  /// Encodes at the lowest error correction, which BankID asks for; nil where the text is too long.
  init?(_ text: String) {
    guard !text.isEmpty, let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L) else {
      return nil
    }
    defer { QRcode_free(code) }
    let side = Int(code.pointee.width)
    guard let data = code.pointee.data else { return nil }
    let modules = UnsafeBufferPointer(start: data, count: side * side)
    var path = ""
    for row in 0..<side {
      var column = 0
      while column < side {
        guard modules[row * side + column] & 1 == 1 else {
          column += 1
          continue
        }
        let start = column
        while column < side, modules[row * side + column] & 1 == 1 { column += 1 }
        path +=
          "M\(start + Self.border) \(row + Self.border)h\(column - start)v1H\(start + Self.border)z"
      }
    }
    size = side + 2 * Self.border
    self.path = path
  }
}
