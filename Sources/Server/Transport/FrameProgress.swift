/// Counts the complete HTTP/2 frames of an inbound byte stream and tells whether one is half read.
///
/// Only lengths are looked at (RFC 9113 §4.1: a nine-byte header that begins with the payload's
/// length in three); whether a frame makes sense is for the HTTP/2 handler to judge.
struct FrameProgress: Equatable, Sendable {
  /// Complete frames so far; the client's 24-byte preface is not one.
  private(set) var frames = 0

  private var prefaceBytesLeft = 24
  private var headerBytes = 0
  private var payloadBytesLeft = 0

  /// True when a frame, or the preface, has begun and not ended.
  var isInsideFrame: Bool {
    headerBytes > 0 || payloadBytesLeft > 0 || (1..<24).contains(prefaceBytesLeft)
  }

  /// Takes the next bytes. Costs one step per frame, and one per header byte.
  mutating func receive(_ bytes: some RandomAccessCollection<UInt8>) {
    var rest = bytes[...]
    while let byte = rest.first {
      if prefaceBytesLeft > 0 {
        let taken = min(prefaceBytesLeft, rest.count)
        prefaceBytesLeft -= taken
        rest = rest.dropFirst(taken)
      } else if headerBytes == 9 {
        let taken = min(payloadBytesLeft, rest.count)
        payloadBytesLeft -= taken
        rest = rest.dropFirst(taken)
        endFrameIfComplete()
      } else {
        if headerBytes < 3 { payloadBytesLeft = payloadBytesLeft << 8 | Int(byte) }
        headerBytes += 1
        rest = rest.dropFirst()
        endFrameIfComplete()
      }
    }
  }

  private mutating func endFrameIfComplete() {
    guard headerBytes == 9, payloadBytesLeft == 0 else { return }
    frames += 1
    headerBytes = 0
  }
}
