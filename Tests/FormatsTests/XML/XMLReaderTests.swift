import Foundation
import Formats
import Testing

/// A small message with one optional step, one alternative and one attribute.
private struct Shelf: Equatable, Sendable {
  var names: [String] = []
  var currencies: [String] = []
  var closed = 0

  static let table = PathTable<Shelf>(
    namespaces: ["": ["urn:test:shelf.001.*"], "x": ["urn:test:extra"]],
    [
      .element(
        "Document/Shelf|Rack/Book", close: { $0.closed += 1 },
        [
          .text("Nm/Cd?", attributes: ["Ccy": { $0.currencies.append($1.string()) }]) {
            (shelf, text) throws(XMLFault) in shelf.names.append(try text.string(max: 40))
          },
          .text("x:Note") { $0.names.append("note " + $1.string()) },
          .text("Count") { (_, text) throws(XMLFault) in _ = try text.integer() },
        ])
    ])

  static func read(_ xml: String, limits: XMLLimits = XMLLimits()) throws(XMLFault) -> Shelf {
    try XMLReader.read(Array(xml.utf8), by: table, into: Shelf(), limits: limits)
  }

  static func document(_ body: String, version: String = "03") -> String {
    "<Document xmlns=\"urn:test:shelf.001.\(version)\"><Shelf>\(body)</Shelf></Document>"
  }
}

private func fault(_ xml: String, limits: XMLLimits = XMLLimits()) -> XMLFault? {
  #expect(throws: XMLFault.self) { try Shelf.read(xml, limits: limits) }
}

@Suite struct XMLReaderTests {
  @Test(arguments: [
    "<Book><Nm Ccy=\"NOK\">A &amp; B</Nm></Book>",
    "<Book><Nm Ccy=\"NOK\"><Cd>A &#38; B</Cd></Nm></Book>",
    "<Book><Nm Ccy=\"NOK\"><![CDATA[A & B]]></Nm></Book>",
    "<Book><Nm Ccy=\"NOK\">A<!-- not text --> &amp; B\n</Nm></Book>",
    "<Book><Unknown><Nm>no</Nm></Unknown><Nm Ccy=\"NOK\">A &amp; B</Nm></Book>",
    "<Book><Nm xmlns=\"urn:test:foreign\">no</Nm><Nm Ccy=\"NOK\">A &amp; B</Nm></Book>",
    "<Book xmlns=\"urn:test:foreign\"><Nm>no</Nm></Book><Book><Nm Ccy=\"NOK\">A &amp; B</Nm></Book>",
    "<Book><Nm xmlns=\"urn:test:shelf.001.04\">no</Nm><Nm Ccy=\"NOK\">A &amp; B</Nm></Book>",
    "<Book><Nm xmlns:o=\"urn:o\" o:Ccy=\"SEK\" Ccy=\"NOK\">A &amp; B</Nm></Book>",
  ])
  func `all shapes of one value read the same`(body: String) throws {
    #expect(
      try Shelf.read(Shelf.document(body))
        == Shelf(names: ["A & B"], currencies: ["NOK"], closed: 1))
  }

  @Test func `prefixes are the document's own business`() throws {
    let xml = """
      <p:Document xmlns:p="urn:test:shelf.001.13" xmlns:q="urn:test:extra"><p:Rack><p:Book>
      <q:Note>one</q:Note><p:Note>two</p:Note><q:Nm>three</q:Nm></p:Book></p:Rack></p:Document>
      """
    #expect(try Shelf.read(xml).names == ["note one"])
  }

  @Test(arguments: [
    ("<Document><Shelf/></Document>", XMLFault.Kind.unsupported),
    ("<Document xmlns=\"urn:test:other\"><Shelf/></Document>", .unsupported),
    ("<Document xmlns=\"urn:test:shelf.001.0x\"><Shelf/></Document>", .unsupported),
    ("<Report xmlns=\"urn:test:shelf.001.03\"/>", .unsupported),
    ("", .truncated),
    ("   ", .truncated),
    ("plain text", .malformed),
    ("<Document xmlns=\"urn:test:shelf.001.03\"><Shelf><Book>", .truncated),
    (Shelf.document("<Book><Nm>A</Nm></Book>").dropLast(3).description, .truncated),
    (Shelf.document("<Book></Nm>"), .malformed),
    (Shelf.document("<Book>&unknown;</Book>"), .malformed),
    (Shelf.document("<Book/>") + "<Document/>", .malformed),
    (Shelf.document("<u:Book/>"), .malformed),
    ("<!DOCTYPE Document>" + Shelf.document("<Book/>"), .unsupported),
  ])
  func `a document that is not ours, or not whole, is refused`(
    xml: String, kind: XMLFault.Kind
  ) throws {
    #expect(fault(xml)?.kind == kind)
  }

  @Test func `a fault tells the line and the element`() throws {
    let fault = fault(Shelf.document("\n<Book>\n<Count>12x</Count></Book>"))
    #expect(
      fault
        == XMLFault(
          .value, "Document/Shelf/Book/Count: \"12x\" is not a whole number", line: 3))
    #expect(fault?.description.hasPrefix("line 3: ") == true)
  }

  @Test func `entity bombs and external entities are refused at the DOCTYPE`() throws {
    var bomb = "<!DOCTYPE Document [<!ENTITY a0 \"ha\">"
    for level in 1...20 {
      bomb += "<!ENTITY a\(level) \"&a\(level - 1);&a\(level - 1);\">"
    }
    bomb += "]>" + Shelf.document("<Book><Nm>&a20;</Nm></Book>")
    #expect(fault(bomb)?.kind == .unsupported)
    let external = "<!DOCTYPE Document [<!ENTITY f SYSTEM \"file:///etc/hostname\">]>"
    #expect(fault(external + Shelf.document("<Book><Nm>&f;</Nm></Book>"))?.kind == .unsupported)
  }

  @Test func `the limits hold`() throws {
    var limits = XMLLimits()
    limits.depth = 5
    limits.attributes = 2
    limits.textBytes = 100
    limits.documentBytes = 1000
    let long = String(repeating: "x", count: 101)
    #expect(
      fault(Shelf.document("<Book><a><b><c/></b></a></Book>"), limits: limits)?.kind == .limit)
    #expect(fault(Shelf.document("<Book a='' b='' c=''/>"), limits: limits)?.kind == .limit)
    #expect(fault(Shelf.document("<Book><Nm>\(long)</Nm></Book>"), limits: limits)?.kind == .limit)
    #expect(
      fault(Shelf.document("<Book><Nm Ccy='\(long)'/></Book>"), limits: limits)?.kind == .limit)
    let big = String(repeating: " ", count: 1001)
    #expect(fault(Shelf.document(big), limits: limits)?.kind == .limit)
    // What no rule wants may be long.
    #expect(
      try Shelf.read(Shelf.document("<Book><Pic>\(long)</Pic></Book>"), limits: limits).closed == 1)
  }

  @Test func `Latin-1 is decoded where declared and refused where not`() throws {
    let body = Shelf.document("<Book><Nm>?</Nm></Book>")
    func bytes(_ declaration: String) -> [UInt8] {
      Array((declaration + body).utf8).map { $0 == 0x3F ? 0xE9 : $0 }
    }
    let declaration = "<_xml version=\"1.0\" encoding=\"ISO-8859-1\"_>"
    let latin = bytes(declaration).map { $0 == 0x5F ? UInt8(0x3F) : $0 }
    let shelf = try XMLReader.read(latin, by: Shelf.table, into: Shelf())
    #expect(shelf.names == ["é"])
    let refused = #expect(throws: XMLFault.self) {
      try XMLReader.read(bytes(""), by: Shelf.table, into: Shelf())
    }
    #expect(refused?.kind == .malformed)
  }

  @Test func `invalid UTF-8 is refused even where no rule wants the text`() throws {
    var bytes = Array(Shelf.document("<Book><Pic>?</Pic></Book>").utf8)
    bytes = bytes.map { $0 == 0x3F ? 0xFF : $0 }
    let refused = #expect(throws: XMLFault.self) {
      try XMLReader.read(bytes, by: Shelf.table, into: Shelf())
    }
    #expect(refused?.kind == .malformed)
  }

  @Test func `a byte order mark is no text`() throws {
    let bytes = [0xEF, 0xBB, 0xBF] + Array(Shelf.document("<Book/>").utf8)
    #expect(try XMLReader.read(bytes, by: Shelf.table, into: Shelf()).closed == 1)
  }

  @Test func `every cut of a document is refused`() throws {
    let bytes = Array(Shelf.document("<Book><Nm Ccy=\"NOK\">A &amp; B</Nm></Book>").utf8)
    for length in 0..<bytes.count {
      #expect(throws: XMLFault.self) {
        try XMLReader.read(Array(bytes[..<length]), by: Shelf.table, into: Shelf())
      }
    }
  }

  @Test(arguments: [1, 3, 7, 64]) func `chunks of any size read the same`(size: Int) throws {
    let bytes = Array(Shelf.document("<Book><Nm Ccy=\"NOK\">Blåbær &amp; æ</Nm></Book>").utf8)
    var offset = 0
    let shelf = try XMLReader.read(by: Shelf.table, into: Shelf()) { buffer in
      let count = min(size, bytes.count - offset)
      for index in 0..<count { buffer[index] = bytes[offset + index] }
      offset += count
      return count
    }
    #expect(shelf == Shelf(names: ["Blåbær & æ"], currencies: ["NOK"], closed: 1))
  }

  @Test func `what the source throws comes through`() throws {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try XMLReader.read(by: Shelf.table, into: Shelf()) { _ in throw Broken() }
    }
  }

  @Test(arguments: [
    ("<Book><Nm Ccy=\"", "\"/></Book>"), ("<!--", "-->"), ("<?pi ", "?>"),
    ("<Book><Nm", "></Nm></Book>"), ("<!DOCTYPE a [<!ENTITY b \"", "\">]>"),
  ])
  func `a tag or comment of 100 MB is refused after its first kilobytes`(
    head: String, tail: String
  ) throws {
    let begin = Array("<Document xmlns=\"urn:test:shelf.001.03\"><Shelf>\(head)".utf8)
    let end = Array("\(tail)</Shelf></Document>".utf8)
    var asked = 0
    let refused = #expect(throws: XMLFault.self) {
      try XMLReader.read(by: Shelf.table, into: Shelf()) { buffer in
        defer { asked += 1 }
        if asked == 0 {
          buffer.copyBytes(from: begin)
          return begin.count
        }
        if asked * buffer.count > 100 << 20 {
          buffer.copyBytes(from: end)
          return end.count
        }
        buffer.initializeMemory(as: UInt8.self, repeating: 0x78)
        return buffer.count
      }
    }
    #expect(refused?.kind == .limit || refused?.kind == .malformed)
    #expect(asked < 10)
  }

  @Test func `100 MB of unwanted text takes no memory and of wanted text is refused`() throws {
    func read(_ name: String) throws -> Int {
      var asked = 0
      _ = try XMLReader.read(by: Shelf.table, into: Shelf()) { buffer in
        asked += 1
        let text =
          switch asked {
          case 1: "<Document xmlns=\"urn:test:shelf.001.03\"><Shelf><Book><\(name)>"
          case 1602: "</\(name)></Book></Shelf></Document>"
          default: ""
          }
        if asked > 1602 { return 0 }
        if text.isEmpty {
          buffer.initializeMemory(as: UInt8.self, repeating: 0x78)
          return buffer.count
        }
        buffer.copyBytes(from: text.utf8)
        return text.utf8.count
      }
      return asked
    }
    #expect(try read("Pic") == 1603)
    #expect(throws: XMLFault.self) { try read("Nm") }
  }
}
