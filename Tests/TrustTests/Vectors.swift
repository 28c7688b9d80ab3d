/// Synthetic keys and what another implementation (jwcrypto 1.5) made with them, and the vectors of the RFCs.
enum Vectors {
    /// Signs `token`; named `signer`.
    static let signerPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgL15mwIhcvVuob7Ej
        ZrziJ0rzPm0sH9m/AgphYCY6W6qhRANCAAT/H8DfuKEBkfqAikPVntrcyY3WVXFE
        LZz1sL5vobqLyVVLJUDJrW+fbGSphAUjDiPK7iK0KJvNWb08u/SylASz
        -----END PRIVATE KEY-----
        """
    static let signerThumbprint = "LaBF4JylWui9bczLWc3FRaM6WvThy5QO_9uz5n1R0Pg"
    /// ES256 by `signer`: iss sign-in, aud e-license, iat 1700000000, exp 1700000900, capacity citizen.
    static let token =
        "eyJhbGciOiJFUzI1NiIsImtpZCI6InNpZ25lciIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaWduLWluIiwic3ViIjoiOTAwMTAxMzAwMDE3IiwiYXVkIjoiZS1"
        + "saWNlbnNlIiwiZXhwIjoxNzAwMDAwOTAwLCJpYXQiOjE3MDAwMDAwMDAsImp0aSI6ImotMSIsImNhcGFjaXR5IjoiY2l0aXplbiJ9.0_w3KWJuzAkNs8ApoO"
        + "1vNje6HRRq8hrMlUA4FY5Sqp_Ym7CNcXAP0Fkv4fVd465Q-0NAu5RP-m8kcOx32ZZpJg"
    /// HMAC-SHA-256 of the same claims with the public key of `signer`, in PEM, as its secret.
    static let hs256 =
        "eyJhbGciOiJIUzI1NiIsImtpZCI6InNpZ25lciIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaWduLWluIiwic3ViIjoiOTAwMTAxMzAwMDE3IiwiYXVkIjoiZS1"
        + "saWNlbnNlIiwiZXhwIjoxNzAwMDAwOTAwLCJpYXQiOjE3MDAwMDAwMDAsImp0aSI6ImotMSIsImNhcGFjaXR5IjoiY2l0aXplbiJ9.W1rUp6c4BIkaFyLz1l"
        + "iBuKfuKNxQifkCYFv9lXggsfM"
    /// Opens the sealed messages below.
    static let recipientPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQy1NshxolmawN/dR
        X1/fk2aYwwKv5Mq0Ut6lx2yuLnGhRANCAATKY0soyJ9PKMCWmoEdxD0vSHsvxdfe
        vUNOr9TTrrTU916FPvxvSztthknLt+SxxR/kIRlZrJVrnkBhwzU72yXq
        -----END PRIVATE KEY-----
        """
    static let recipientThumbprint = "nZ5iufPmW9D-0Yw97WTAGiSsi-Dg1oBxqvhIBnixY58"
    /// Sealed with apu, apv and the recipient's thumbprint as kid.
    static let sealed =
        "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiYm1GMGRYSmhiQzF3WlhKemIyNXoiLCJhcHYiOiJaUzFzYVdObGJuTmwiLCJlbmMiOiJBMjU2R0NNIiwiZXBrIjp7"
        + "ImNydiI6IlAtMjU2Iiwia3R5IjoiRUMiLCJ4IjoiMkVTVEdkQ0MyenpybDlPd2M2ajNSNFpFcW9xTHAzSk1yMW5mOHZpUjBIYyIsInkiOiIwbTB5cXhLM242"
        + "OUJVNGZ1VHlVT3dILTd5NDNteGNmMFU1aDZDYzdyQWFNIn0sImtpZCI6Im5aNWl1ZlBtVzlELTBZdzk3V1RBR2lTc2ktRGcxb0J4cXZoSUJuaXhZNTgifQ.."
        + "_KSJvplcrX_sPBEf.xXJLiL0U5B_7oHvfOOAwi_NXZAHRUEUG9FNWCbHNYLvzmqY0shsuo3amn8iB.r8GQiYHeJO005gvDL6olmw"
    /// Sealed without apu, apv and kid.
    static let sealedPlainly =
        "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6InVCMHNGbEZxcG50SzVlM0Fvb25E"
        + "WWxRQkRsQ0lRemVoZUNHSG9hclF1RXciLCJ5IjoiQk9QMVZZbjZfbndpWjRlVlRwVHRiS0FoUkV6TWRaZmdUTzMzV0wxbzBaSSJ9fQ.._D0BtD37N4oKr8Bm"
        + ".YNEKmB_2xCvvTyZsaVCOpPwYtGwdKg-SBOU.t2FrDoVhTGXkM4C6KFfc0A"
    /// enc A128GCM.
    static let sealedA128 =
        "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTEyOEdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6InY1bFFJT0lha3dRZW80RDRBSUUw"
        + "b3Nwa2RZMEFibmFSaW5EbUdpaU5JSEEiLCJ5IjoiUTRBOEtyRllBUVA5UEYyR0ZrMlZWTGZhb1c4MXAtZGE4aW9mMlp5VU50USJ9fQ..Pfr-tfBXWYNbcbYG"
        + ".timpSZo.TDE0-5Rpg-yon8PQbGJ94w"
    /// alg ECDH-ES+A256KW.
    static let sealedKeyWrap =
        "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJlcGsiOnsiY3J2IjoiUC0yNTYiLCJrdHkiOiJFQyIsIngiOiJ2aEIxaEh3SmZPZVNL"
        + "a2xJSllBcG1UNlVRaUkzTkVTUHdBWUhBU1AydVN3IiwieSI6IkktNWxxN2ZaRjlkajVfdzlxVmFHT2lhNnJPNWFSR2tkT2JBYVd5RmM0N0UifX0.dm3gOF4A"
        + "B7Pbw3WLYEcOaROPeROo2pFsnH4cp2ePshe2psbTK8qL3g.0GLOHXqnw8vtiSVU.b0ddJdE.xGBf0JR3rpV3zJfYGMcOww"
    /// zip DEF.
    static let sealedCompressed =
        "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6IkctWXJpaEVXUk5yTy1TZTY3amlO"
        + "X1pFdUtjam9LMXRhLW9uWEhiRjhvWXciLCJ5IjoiXzZFMEljOWRXVjh6QVh0ZlFzZnA5ZTlJNVpONlhRbzdTdTNQc3didC04byJ9LCJ6aXAiOiJERUYifQ.."
        + "SxiM_vuI4twPYYb0.gjqU3OgEYQ.cyUcqEcOR2-jlXGZ1qcZZQ"
    /// A key of another curve.
    static let p384PEM = """
        -----BEGIN PRIVATE KEY-----
        MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDAcpUsGQrt7TMCNlhRm
        oprmCO41mVIixMXywQdYU39UroWaAERpEu0N6ncluvuTVkmhZANiAAQH1/bTw54D
        2qPVtZTjtDNuzfVJ3qaguL5P+u/5OwwTtlr1GL53yTzHnamBWS2GR+55NdUpMIiF
        sfTOilezaNyb5H0P05CiNjgukz0HdFom+wGPcQNldHlilgX2kThfQ6w=
        -----END PRIVATE KEY-----
        """
    /// RFC 7518 Appendix C: the ephemeral key of Alice.
    static let alicePEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0/NxaRPUMQoAJt50
        Gz8YiTr8gRTwyEaCumd+MToTmIqhRANCAASAjQYAgsF27tPndqSsWYzIZywXefl0
        7sybA0EcpblJXUi1v8Un385T1qxxFSN9AxzP+HoFcLdzUKnlA+5zBaab
        -----END PRIVATE KEY-----
        """
    /// RFC 7518 Appendix C: the key of Bob.
    static let bobPEM = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVEmDZpDXXK8p8N0C
        ndsxs924q6nS1RXFASRl6BfUqdyhRANCAATB40nLYexwJIzoAQNMODThuI6+EWHL
        Ja84dB94X8/ExHvJZwjvgJUrU/jSVV/nK4Qe0EWIYosdN4pZSTlQDsnJ
        -----END PRIVATE KEY-----
        """
    /// RFC 7518 Appendix C: the key that they agree on.
    static let agreedKey = "VqqN6vgjbSBcIijNcacQGg"
    /// RFC 7515 A.3: public key, signed part and signature.
    static let rfc7515JWK = (x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
    static let rfc7515Thumbprint = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"
    static let rfc7515Signed = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    static let rfc7515Signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
}
