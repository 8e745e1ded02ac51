// Writes enveloping XML signatures of BankID's shape without an XML library: the text is written
// already canonical (inclusive C14N 1.0), so the bytes to digest are simply its substrings.
// Canonical means: `<a></a>` never `<a/>`, xmlns first, then attributes in order of their names,
// no white space between elements, and each digested part repeats its own xmlns.

import Crypto
import CryptoExtras
import Foundation

/// What a person is asked to sign or to identify for.
package struct SigningContent: Hashable, Sendable {
  package enum Function: String, Sendable {
    case signing = "Signing"
    case identification = "Identification"
  }

  package var function: Function
  /// UTF-8 text as the relying party sent it.
  package var visibleData: [UInt8]?
  /// `simpleMarkdownV1`, or nil for plain text.
  package var visibleFormat: String?
  package var nonVisibleData: [UInt8]?

  package init(
    function: Function, visibleData: [UInt8]? = nil, visibleFormat: String? = nil,
    nonVisibleData: [UInt8]? = nil
  ) {
    self.function = function
    self.visibleData = visibleData
    self.visibleFormat = visibleFormat
    self.nonVisibleData = nonVisibleData
  }
}

/// The parts of one signature document, which faults may change before it is assembled.
struct EvidenceWriter {
  static let dsig = "http://www.w3.org/2000/09/xmldsig#"
  static let c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
  static let types = "http://www.bankid.com/signature/v1.0.0/types"

  struct Reference {
    var attributes: String
    var content: [UInt8]
  }

  var data: String
  var keyInfo: String
  var references: [Reference]
  /// SHA-1 throughout, as old public samples have; never accepted.
  var isSHA1 = false

  init(_ content: SigningContent, certificates: [[UInt8]]) {
    data = Self.data(content)
    keyInfo = Self.keyInfo(certificates)
    references = []
    references = [dataReference, keyReference]
  }

  var dataReference: Reference {
    Reference(
      attributes: "Type=\"\(Self.types)\" URI=\"#bidSignedData\"", content: Array(data.utf8))
  }

  var keyReference: Reference {
    Reference(attributes: "URI=\"#bidKeyInfo\"", content: Array(keyInfo.utf8))
  }

  /// The whole document, signed with `key`.
  func document(signedWith key: _RSA.Signing.PrivateKey) throws -> String {
    let info = signedInfo
    let signature =
      if isSHA1 {
        try key.signature(
          for: Insecure.SHA1.hash(data: Data(info.utf8)), padding: .insecurePKCS1v1_5)
      } else {
        try key.signature(for: SHA256.hash(data: Data(info.utf8)), padding: .insecurePKCS1v1_5)
      }
    return """
      <?xml version="1.0" encoding="UTF-8" standalone="no"?><Signature xmlns="\(Self.dsig)">\
      \(info)<SignatureValue>\(base64(signature.rawRepresentation))</SignatureValue>\
      \(keyInfo)<Object>\(data)</Object></Signature>
      """
  }

  private var signedInfo: String {
    let method =
      isSHA1 ? "\(Self.dsig)rsa-sha1" : "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    return """
      <SignedInfo xmlns="\(Self.dsig)"><CanonicalizationMethod Algorithm="\(Self.c14n)">\
      </CanonicalizationMethod><SignatureMethod Algorithm="\(method)"></SignatureMethod>\
      \(references.map(reference).joined())</SignedInfo>
      """
  }

  private func reference(_ reference: Reference) -> String {
    let method = isSHA1 ? "\(Self.dsig)sha1" : "http://www.w3.org/2001/04/xmlenc#sha256"
    let digest =
      isSHA1
      ? Data(Insecure.SHA1.hash(data: reference.content))
      : Data(SHA256.hash(data: reference.content))
    return """
      <Reference \(reference.attributes)><Transforms><Transform Algorithm="\(Self.c14n)">\
      </Transform></Transforms><DigestMethod Algorithm="\(method)"></DigestMethod>\
      <DigestValue>\(base64(digest))</DigestValue></Reference>
      """
  }

  private static func data(_ content: SigningContent) -> String {
    var parts = ""
    if let visible = content.visibleData {
      let format = content.visibleFormat.map { " format=\"\($0)\"" } ?? ""
      parts += "<usrVisibleData charset=\"UTF-8\"\(format) visible=\"wysiwys\">"
      parts += base64(visible) + "</usrVisibleData>"
    }
    if let hidden = content.nonVisibleData {
      parts += "<usrNonVisibleData>\(base64(hidden))</usrNonVisibleData>"
    }
    var generator = SystemRandomNumberGenerator()
    let nonce = (0..<20).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    return """
      <bankIdSignedData xmlns="\(types)" Id="bidSignedData">\(parts)<srvInfo>\
      <name>\(text("cn=Sandbox relying party,c=SE"))</name><nonce>\(base64(nonce))</nonce>\
      <displayName>\(text("Bureau sandbox"))</displayName></srvInfo><clientInfo>\
      <funcId>\(content.function.rawValue)</funcId><version>\(text("7.50.0"))</version>\
      <env><ai><type>\(text("SANDBOX"))</type><deviceInfo>\(text("1.0"))</deviceInfo>\
      <uhi>\(text("sandbox"))</uhi></ai></env></clientInfo></bankIdSignedData>
      """
  }

  static func keyInfo(_ certificates: [[UInt8]]) -> String {
    let list = certificates.map { "<X509Certificate>\(base64($0))</X509Certificate>" }.joined()
    return
      "<KeyInfo xmlns=\"\(dsig)\" Id=\"bidKeyInfo\"><X509Data>\(list)</X509Data></KeyInfo>"
  }

  /// A KeyInfo with a bare key and no person.
  static func keyInfo(bareKey key: _RSA.Signing.PublicKey) throws -> String {
    let numbers = try key.getKeyPrimitives()
    return """
      <KeyInfo xmlns="\(dsig)" Id="bidKeyInfo"><KeyValue><RSAKeyValue>\
      <Modulus>\(base64(numbers.modulus))</Modulus>\
      <Exponent>\(base64(numbers.publicExponent))</Exponent></RSAKeyValue></KeyValue></KeyInfo>
      """
  }
}

private func base64(_ bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }

private func text(_ string: String) -> String { base64(Array(string.utf8)) }
