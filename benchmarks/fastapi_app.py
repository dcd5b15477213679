"""The records behind FastAPI and SQLModel: one table, as their tutorials do it; nested members are JSON."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import JSON
from sqlmodel import Column, Field, Session, SQLModel, create_engine, select

engine = create_engine(
    f"sqlite:///{os.environ['BENCH_FASTAPI_DB']}", connect_args={"check_same_thread": False}
)


class Claim(SQLModel, table=True):
    id: str = Field(primary_key=True)
    type: str
    proposition: str
    kind: str
    claimant: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    attribution: list[dict[str, Any]] = Field(sa_column=Column(JSON))
    position_of: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    said: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    valid: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    about: dict[str, Any] = Field(sa_column=Column(JSON))
    citations: list[dict[str, Any]] = Field(sa_column=Column(JSON))
    answers: list[dict[str, Any]] = Field(sa_column=Column(JSON))
    relations: list[dict[str, Any]] = Field(sa_column=Column(JSON))
    inverse_relations: list[dict[str, Any]] = Field(sa_column=Column(JSON))
    origins: dict[str, Any] = Field(sa_column=Column(JSON))
    standing: list[str] = Field(sa_column=Column(JSON))
    assessment: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    dossiers: list[dict[str, Any]] = Field(sa_column=Column(JSON))
    meta: dict[str, Any] = Field(sa_column=Column(JSON))
    links: dict[str, Any] = Field(sa_column=Column(JSON))


def session() -> Any:
    with Session(engine) as opened:
        yield opened


Opened = Annotated[Session, Depends(session)]
app = FastAPI()


@app.get("/claims/{claim_id}")
def one(claim_id: str, opened: Opened) -> Claim:
    if not (claim := opened.get(Claim, claim_id)):
        raise HTTPException(404)
    return claim


@app.get("/claims")
def many(opened: Opened, limit: Annotated[int, Query(le=200)] = 50) -> list[Claim]:
    return list(opened.exec(select(Claim).order_by(Claim.id).limit(limit)))


if __name__ == "__main__":
    SQLModel.metadata.create_all(engine)
    with Session(engine) as filled:
        filled.add_all(Claim(**record) for record in json.loads(Path(sys.argv[1]).read_text("utf-8")))
        filled.commit()
