// Of a request the journal keeps its digest, for ever, and whoever has an export has it. A national
// id has so few values that it could be found from the digest by trying them. So the digest is made
// of the request with the id's keyed code in its place: a repeat is still told from another request.

import BureauAPI
import Domain
import SwiftProtobuf

/// A request in which national ids stand.
protocol NamesPeople: SwiftProtobuf.Message {
  mutating func replaceNationalIDs(_ replacement: (String) -> String)
}

extension NamesPeople {
  /// The request as its digest is made of it.
  func concealed(_ key: NationalIDKey, allowsSynthetic: Bool) -> Self {
    var request = self
    request.replaceNationalIDs { text in
      guard !text.isEmpty else { return "" }
      // One that is none is refused later, and then no digest is kept.
      let digest = try? key.digest(ofText: text, allowsSynthetic: allowsSynthetic)
      return digest.map { PersonReference($0).text } ?? ""
    }
    return request
  }
}

extension Bureau_V1_CreateBureauRequest: NamesPeople {
  mutating func replaceNationalIDs(_ replacement: (String) -> String) {
    administrator.nationalID = replacement(administrator.nationalID)
  }
}

extension Bureau_V1_CreateUserRequest: NamesPeople {
  mutating func replaceNationalIDs(_ replacement: (String) -> String) {
    user.nationalID = replacement(user.nationalID)
  }
}

extension Bureau_V1_UpdateUserRequest: NamesPeople {
  mutating func replaceNationalIDs(_ replacement: (String) -> String) {
    user.nationalID = replacement(user.nationalID)
  }
}

extension Bureau_V1_CreateAgreementRequest: NamesPeople {
  mutating func replaceNationalIDs(_ replacement: (String) -> String) {
    agreement.signer.nationalID = replacement(agreement.signer.nationalID)
  }
}

extension Bureau_V1_UpdateAgreementRequest: NamesPeople {
  mutating func replaceNationalIDs(_ replacement: (String) -> String) {
    agreement.signer.nationalID = replacement(agreement.signer.nationalID)
  }
}

extension Bureau_V1_ApplyCompanyRequest: NamesPeople {
  mutating func replaceNationalIDs(_ replacement: (String) -> String) {
    for index in people.indices {
      people[index].nationalID = replacement(people[index].nationalID)
    }
  }
}
