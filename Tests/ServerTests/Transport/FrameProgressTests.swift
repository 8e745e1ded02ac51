import Testing

@testable import Server

@Suite struct FrameProgressTests {
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  private static func frame(payload: Int) -> [UInt8] {
    [UInt8(payload >> 16 & 255), UInt8(payload >> 8 & 255), UInt8(payload & 255), 0, 0, 0, 0, 0, 1]
      + [UInt8](repeating: 7, count: payload)
  }

  @Test(arguments: [1, 2, 3, 8, 9, 10, 16, 24, 1_000, 100_000])
  func `frames are counted whatever the pieces they come in`(piece: Int) {
    let sizes = [0, 1, 9, 255, 256, 16_384, 0, 65_536]
    let bytes = Self.preface + sizes.flatMap(Self.frame)
    var progress = FrameProgress()
    for start in stride(from: 0, to: bytes.count, by: piece) {
      progress.receive(bytes[start..<min(start + piece, bytes.count)])
    }
    #expect(progress.frames == sizes.count)
    #expect(!progress.isInsideFrame)
  }

  @Test(arguments: [1, 23, 24 + 1, 24 + 8, 24 + 9, 24 + 9 + 4])
  func `a frame that has begun is not a frame`(count: Int) {
    var progress = FrameProgress()
    progress.receive((Self.preface + Self.frame(payload: 5)).prefix(count))
    #expect(progress.frames == 0)
    #expect(progress.isInsideFrame)
  }

  @Test func `the preface alone leaves nothing open`() {
    var progress = FrameProgress()
    #expect(!progress.isInsideFrame)
    progress.receive(Self.preface)
    #expect(!progress.isInsideFrame)
    #expect(progress.frames == 0)
  }
}
