import Formats
import Testing

/// The elements that an XML schema knows, read by our own reader.
private struct Schema: Sendable {
  /// Per type, its elements and their types.
  var types: [String: [String: String]] = [:]
  private var type = ""
  private var name = ""
  private var roots: [String: String] = [:]

  static func read(_ bytes: [UInt8]) throws -> Schema {
    try XMLReader.read(bytes, by: table, into: Schema())
  }

  private static let inner: [String] = [
    "xs:sequence", "xs:choice", "xs:sequence/xs:choice", "xs:choice/xs:sequence",
    "xs:sequence/xs:sequence",
  ]

  private static let table = PathTable<Schema>(
    namespaces: ["xs": ["http://www.w3.org/2001/XMLSchema"]],
    [
      .element(
        "xs:schema/xs:element",
        attributes: [
          "name": { $0.name = $1.string() }, "type": { $0.roots[$0.name] = $1.string() },
        ], []),
      .element(
        "xs:schema/xs:complexType", attributes: ["name": { $0.type = $1.string() }],
        inner.map { path in
          .element(
            "\(path)/xs:element",
            attributes: [
              "name": { $0.name = $1.string() },
              "type": { $0.types[$0.type, default: [:]][$0.name] = $1.string() },
            ], [])
        }),
    ])

  func has(_ path: String) -> Bool {
    var known = roots
    for step in path.split(separator: "/") {
      guard let type = known[String(step)] else { return false }
      known = types[type] ?? [:]
    }
    return true
  }
}

@Suite struct SchemaPathTests {
  // Skipped where the schemas are not at hand.
  @Test(
    .enabled(if: Samples.present),
    arguments: [
      (Pain001.elementPaths, ["pain.001.001.03", "pain.001.001.09"]),
      (Pain002.elementPaths, ["pain.002.001.03", "pain.002.001.10"]),
      (Camt054.elementPaths, ["camt.054.001.02", "camt.054.001.08"]),
    ])
  func `every element looked at is one that a version has`(
    paths: [String], versions: [String]
  ) throws {
    let schemas = try versions.map { try Schema.read(try Samples.bytes("xsd/\($0).xsd")) }
    #expect(paths.count > 20)
    for path in paths {
      #expect(schemas.contains { $0.has(path) }, "\(path)")
    }
  }
}
