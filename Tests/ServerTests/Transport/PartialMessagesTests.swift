import Testing

@testable import Server

@Suite struct PartialMessagesTests {
  private static func message(_ bytes: Int) -> [UInt8] {
    [0] + withUnsafeBytes(of: UInt32(bytes).bigEndian) { Array($0) }
      + [UInt8](repeating: 1, count: bytes)
  }

  @Test(arguments: [1, 2, 5, 7, 1_000])
  func `a message is held until it is whole, in whatever pieces it comes`(piece: Int) {
    var partial = PartialMessages(maxMessageBytes: 1_000)
    let bytes = Self.message(300) + Self.message(0) + Self.message(7)
    for start in stride(from: 0, to: bytes.count, by: piece) {
      let end = min(start + piece, bytes.count)
      partial.receive(bytes[start..<end], on: 1)
      let inFirst = end < 305 ? end : end < 310 ? end - 305 : end < 322 ? end - 310 : 0
      #expect(partial.held == inFirst)
    }
    #expect(partial == PartialMessages(maxMessageBytes: 1_000), "nothing is left behind")
  }

  @Test func `streams are counted together, and those that end count no more`() {
    var partial = PartialMessages(maxMessageBytes: 1_000)
    partial.receive(Self.message(100).dropLast(), on: 1)
    partial.receive(Self.message(200).dropLast(), on: 3)
    #expect(partial.held == 104 + 204)
    partial.end(1)
    partial.end(5)
    #expect(partial.held == 204)
    partial.receive([1], on: 3)
    #expect(partial.held == 0)
  }

  @Test func `a message that is too long is refused elsewhere and not held here`() {
    var partial = PartialMessages(maxMessageBytes: 1_000)
    partial.receive(Self.message(5_000).dropLast(), on: 1)
    #expect(partial.held == 5)
  }

  @Test(arguments: [1, 3, 9, 10, 11, 400])
  func `only what is content is shown, padding is not`(piece: Int) {
    let padded: [UInt8] = [0, 0, 9, 0, 0x8, 0, 0, 0, 3, 4, 1, 2, 3, 4, 0, 0, 0, 0]
    let plain: [UInt8] = [0, 0, 2, 0, 0x1, 0, 0, 0, 3, 5, 6]
    let headers: [UInt8] = [0, 0, 3, 1, 0x4, 0, 0, 0, 5, 9, 9, 9]
    let reset: [UInt8] = [0, 0, 4, 3, 0, 0x80, 0, 0, 5, 0, 0, 0, 8]
    let allPadding: [UInt8] = [0, 0, 1, 0, 0x8, 0, 0, 0, 7, 0]
    let bytes = padded + headers + plain + reset + allPadding
    var progress = FrameProgress(preface: 0)
    var content: [UInt32: [UInt8]] = [:], ended: [UInt32] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      progress.receive(
        bytes[start..<min(start + piece, bytes.count)],
        data: { content[$0, default: []] += $1 }, ended: { ended.append($0) })
    }
    #expect(content == [3: [1, 2, 3, 4, 5, 6]])
    #expect(ended == [3, 5])
    #expect(progress.frames == 5)
    #expect(!progress.isInsideFrame)
  }
}
