import Testing

@testable import Connectors

@Suite struct CanonicalXMLTests {
  @Test func `elements, attributes and text are read`() throws {
    let root = try CanonicalElement(
      canonical: Array("<a xmlns=\"urn:x\" b=\"1&amp;&quot;&#xA;\">x&lt;<c></c>y&#xD;</a>".utf8))
    #expect(root.name == "a")
    #expect(root.attributes == ["xmlns": "urn:x", "b": "1&\"\n"])
    #expect(root.text == Array("x<y\r".utf8))
    #expect(try root.child("c")?.text == [])
    #expect(try root.child("d") == nil)
  }

  @Test func `a child that occurs twice is refused`() throws {
    let root = try CanonicalElement(canonical: Array("<a><c></c><c></c></a>".utf8))
    #expect(throws: EvidenceError.shape("c twice")) { try root.child("c") }
  }

  @Test(arguments: [
    "", "x", "<a>", "<a/>", "<a></b>", "<a></a>x", " <a></a>", "<a><!--x--></a>", "<a><?x?></a>",
    "<a><![CDATA[x]]></a>", "<a>&#65;</a>", "<a>&x;</a>", "<a b='1'></a>",
    "<a b=\"1\" b=\"2\"></a>",
    "<a b=\"<\"></a>", "<a  b=\"1\"></a>", "<a b=\"1\"", "<a>&", "<å></å>", "<></>",
    String(repeating: "<a>", count: 50) + String(repeating: "</a>", count: 50),
    "<a>" + String(repeating: "<b></b>", count: 501) + "</a>",
  ])
  func `what is not canonical is refused`(text: String) {
    #expect(throws: EvidenceError.self) { try CanonicalElement(canonical: Array(text.utf8)) }
  }
}
