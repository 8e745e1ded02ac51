/// Follows the HTTP/2 frames of a byte stream: counts the complete ones, tells whether one is half
/// read, and shows what is in those that carry calls.
///
/// Only frame headers are looked at (RFC 9113 §4.1: nine bytes that begin with the payload's length
/// in three); whether a frame makes sense is for the HTTP/2 handler to judge.
struct FrameProgress: Equatable, Sendable {
  /// Complete frames so far; the client's 24-byte preface is not one.
  private(set) var frames = 0

  private var prefaceBytesLeft: Int
  private var headerBytes = 0
  private var length = 0
  private var header = Header()
  private var payloadBytesLeft = 0
  /// Of a DATA frame: what is neither padding nor its length.
  private var dataBytesLeft = 0

  struct Header: Equatable, Sendable {
    var type: UInt8 = 0
    var flags: UInt8 = 0
    var stream: UInt32 = 0

    var isData: Bool { type == 0 }
    fileprivate var isPadded: Bool { isData && flags & 0x8 != 0 }
    /// After it the stream carries no more in this direction: END_STREAM, or RST_STREAM.
    var endsStream: Bool { type == 3 || (type <= 1 && flags & 0x1 != 0) }
  }

  /// - Parameter preface: 24 bytes from a client, none from a server.
  init(preface: Int = 24) { prefaceBytesLeft = preface }

  /// True when a frame, or the preface, has begun and not ended.
  var isInsideFrame: Bool {
    headerBytes > 0 || payloadBytesLeft > 0 || (1..<24).contains(prefaceBytesLeft)
  }

  /// Takes the next bytes. Costs one step per frame, and one per header byte.
  /// - Parameters:
  ///   - data: Is given the content of DATA frames, in pieces, with its stream.
  ///   - ended: Is given the stream of each complete frame that ends one.
  mutating func receive<Bytes: RandomAccessCollection<UInt8>>(
    _ bytes: Bytes, data: (UInt32, Bytes.SubSequence) -> Void = { _, _ in },
    ended: (UInt32) -> Void = { _ in }
  ) {
    var rest = bytes[...]
    while let byte = rest.first {
      if prefaceBytesLeft > 0 {
        let taken = min(prefaceBytesLeft, rest.count)
        prefaceBytesLeft -= taken
        rest = rest.dropFirst(taken)
      } else if headerBytes < 9 {
        take(headerByte: byte)
        rest = rest.dropFirst()
        endFrameIfComplete(ended)
      } else if dataBytesLeft < 0 {
        // The length of the padding: what follows it is content, then padding.
        payloadBytesLeft -= 1
        dataBytesLeft = max(payloadBytesLeft - Int(byte), 0)
        rest = rest.dropFirst()
        endFrameIfComplete(ended)
      } else {
        let isContent = dataBytesLeft > 0
        let taken = min(isContent ? dataBytesLeft : payloadBytesLeft, rest.count)
        if isContent {
          data(header.stream, rest.prefix(taken))
          dataBytesLeft -= taken
        }
        payloadBytesLeft -= taken
        rest = rest.dropFirst(taken)
        endFrameIfComplete(ended)
      }
    }
  }

  private mutating func take(headerByte byte: UInt8) {
    switch headerBytes {
    case 0...2: length = length << 8 | Int(byte)
    case 3: header = Header(type: byte)
    case 4: header.flags = byte
    // The first bit is reserved.
    case 5: header.stream = UInt32(byte & 0x7F)
    default: header.stream = header.stream << 8 | UInt32(byte)
    }
    headerBytes += 1
    if headerBytes == 9 {
      payloadBytesLeft = length
      dataBytesLeft = header.isPadded && length > 0 ? -1 : header.isData ? length : 0
    }
  }

  private mutating func endFrameIfComplete(_ ended: (UInt32) -> Void) {
    guard headerBytes == 9, payloadBytesLeft == 0 else { return }
    frames += 1
    headerBytes = 0
    length = 0
    dataBytesLeft = 0
    if header.endsStream { ended(header.stream) }
  }
}
