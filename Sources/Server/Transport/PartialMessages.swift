/// What a connection's streams hold of gRPC messages that have not come to their end: memory that
/// the server spends before anybody has looked at a request.
///
/// A message is five bytes (a flag and its length) and as many as they say.
struct PartialMessages: Equatable, Sendable {
  private struct Stream: Equatable {
    /// Bytes of the five that have come, and the length that they say.
    var prefixBytes = 0
    var length = 0
    var left = 0
    var held = 0
  }

  private let maxMessageBytes: Int
  private var streams: [UInt32: Stream] = [:]

  /// Bytes of all messages that are half there.
  private(set) var held = 0

  /// - Parameter maxMessageBytes: a message that says it is longer is refused, and not held.
  init(maxMessageBytes: Int) { self.maxMessageBytes = maxMessageBytes }

  /// Takes the next bytes of a stream.
  mutating func receive(_ bytes: some RandomAccessCollection<UInt8>, on stream: UInt32) {
    var state = streams[stream] ?? Stream()
    let before = state.held
    var rest = bytes[...]
    while let byte = rest.first {
      if state.prefixBytes < 5 {
        if state.prefixBytes > 0 { state.length = state.length << 8 | Int(byte) }
        state.prefixBytes += 1
        state.left = state.length
        state.held += 1
        rest = rest.dropFirst()
      } else {
        let taken = min(state.left, rest.count)
        state.left -= taken
        if state.length <= maxMessageBytes { state.held += taken }
        rest = rest.dropFirst(taken)
      }
      if state.prefixBytes == 5, state.left == 0 { state = Stream() }
    }
    held += state.held - before
    streams[stream] = state.held == 0 ? nil : state
  }

  /// One side has ended the stream, or given it up.
  mutating func end(_ stream: UInt32) {
    if let state = streams.removeValue(forKey: stream) { held -= state.held }
  }
}
